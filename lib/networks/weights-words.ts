/** Of a weights file its name alone: the folders above it are nobody's concern. */
export const weightsName = (weights: string): string => weights.split(/[\\/]/).at(-1)!;

const words: Readonly<Record<string, string>> = {
  imagenet: 'ImageNet weights',
  fractals: 'pretrained weights',
  none: '',
  random: 'random weights',
};

/**
 * With which weights a network runs, as people say it behind its name: "ImageNet weights", "random weights"; of `fractal`
 * "pretrained weights", of a file "weights of vgg16.h5"; empty where a network has none.
 * @param weights as `backbone.weights` of a model or a run says it
 */
export const weightsWords = (weights: string): string =>
  words[weights] ?? (weights && `weights of ${weightsName(weights)}`);

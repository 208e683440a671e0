/** What a drawing needs to know of a layer. */
export interface DrawnLayer {
  readonly name: string;
  /** Keras' class: "Conv2D". */
  readonly type: string;
  /** Without the batch: [h, w, c]. */
  readonly outputShape: readonly number[];
  readonly parameters: number;
}

/** What a drawing needs to know of a network. */
export interface DrawnNetwork {
  /** "VGG16". */
  readonly title: string;
  readonly layers: readonly DrawnLayer[];
  /** Of the convolutional base. */
  readonly parameters: number;
}

/** The layers between two halvings of the picture. */
export interface Stage {
  /** Side of the feature maps, pixels. */
  readonly size: number;
  /** Feature maps, where they are most. */
  readonly channels: number;
  /** Layers that convolve. */
  readonly convolutions: number;
}

const convolves = ({ type }: DrawnLayer): boolean => type === 'Conv2D' || type === 'DepthwiseConv2D';
const sideOf = ({ outputShape }: DrawnLayer): number => outputShape[0]!;

/** A network as its stages, large to small: the sizes at which it convolves, and the one it ends with. */
export function stagesOf({ layers }: DrawnNetwork): Stage[] {
  const sizes = [...new Set([...layers.filter(convolves), ...layers.slice(-1)].map(sideOf))];
  return sizes
    .sort((a, b) => b - a)
    .map((size) => {
      const own = layers.filter((layer) => sideOf(layer) === size);
      return {
        size,
        channels: Math.max(...own.map(({ outputShape }) => outputShape[2]!)),
        convolutions: own.filter(convolves).length,
      };
    });
}

/** A count as people say it: "14.7 million", "32,962". */
export const formatCount = (count: number): string =>
  count >= 1e6 ? `${(count / 1e6).toFixed(1)} million` : count.toLocaleString('en');

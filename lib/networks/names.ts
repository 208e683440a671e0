/** The article's four networks. */
export const articleNames = ['vgg16', 'vgg19', 'resnet50', 'resnet50v2'] as const;
/** The networks known by name. */
export const backboneNames = [...articleNames, 'mobilenet', 'fractal', 'pixels'] as const;
export type BackboneName = (typeof backboneNames)[number];

/** What networks can have been pretrained on; "none" of what has no weights. */
export const pretrainings = ['imagenet', 'fractals', 'none'] as const;
export type Pretraining = (typeof pretrainings)[number];

/** Whether a network is known by this name. */
export const isBackboneName = (name: string): name is BackboneName =>
  (backboneNames as readonly string[]).includes(name);

/** Whether weights are named by what they were pretrained on. */
export const isPretraining = (weights: string): weights is Pretraining =>
  (pretrainings as readonly string[]).includes(weights);

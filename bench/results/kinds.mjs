/** The kinds of features that are set side by side, from none to a million photographs. */
export const kinds = [
  { id: 'pixels', name: '32×32 pixels, no network', options: { backbone: 'pixels' } },
  {
    id: 'random',
    name: 'small network, random weights, batch norm calibrated',
    options: { backbone: 'fractal', weights: 'random', refitNorm: true },
  },
  {
    id: 'fractal',
    name: 'small network, pretrained on fractals',
    options: { backbone: 'fractal' },
  },
  {
    id: 'refitted',
    name: 'the same, batch norm calibrated',
    options: { backbone: 'fractal', refitNorm: true },
  },
  {
    id: 'mobilenet-random',
    name: 'MobileNet, random weights',
    options: { backbone: 'mobilenet', weights: 'random' },
  },
  { id: 'mobilenet', name: 'MobileNet, ImageNet weights', options: { backbone: 'mobilenet' } },
];

/** Those of the list, in its order. */
export const kindsNamed = (...ids) => kinds.filter(({ id }) => ids.includes(id));

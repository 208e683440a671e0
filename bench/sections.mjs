/**
 * What `npm run bench` measures, in the order of the table. `peers`: the Python packages it is measured against, by the
 * names of `peerVersions`. `quick`: false where a quick run may leave it out, because another section runs the same
 * code. `run` takes {quick, repeats, peerEpochs, python, say} and returns rows. Modules are loaded when needed, so that
 * one that fails harms no other.
 */
export const sections = [
  ...['vgg16', 'resnet50'].map((network) => ({
    name: `article-${network}`,
    title: `The article's protocol, ${network === 'vgg16' ? 'VGG16' : 'ResNet50'}`,
    about:
      '`xray-transfer train --preset article`, 25 epochs, whole processes, against the article’s script in Keras, which runs every picture through the base in every epoch, and against an expert’s, which computes features once and then trains the head.',
    peers: ['Keras', 'TensorFlow', 'OpenCV'],
    quick: network === 'vgg16',
    run: async ({ quick, repeats, peerEpochs, python, say }) => {
      const { articleProtocol } = await import('./article-protocol.mjs');
      return articleProtocol({ network, count: quick ? 8 : 138, peerEpochs, repeats, python, say });
    },
  })),
  {
    name: 'notebook',
    title: 'A notebook run again',
    about:
      'A model’s notebook through the report’s executor, whole processes: with features cached, against its first run with an empty cache.',
    peers: [],
    run: async ({ quick, repeats, say }) => {
      const { notebookRerun } = await import('./notebook-rerun.mjs');
      return quick
        ? notebookRerun({ networks: ['resnet50'], count: 8, augment: 0, repeats, say })
        : notebookRerun({ networks: ['vgg16', 'resnet50'], count: 138, repeats, say });
    },
  },
  {
    name: 'metrics',
    title: 'Figures of many predictions',
    about:
      'Figures of predictions in memory against scikit-learn on the same numbers, which must agree. Here every share comes with its interval.',
    peers: ['scikit-learn', 'NumPy'],
    run: async ({ quick, repeats, python, say }) => {
      const { metrics } = await import('./metrics.mjs');
      return metrics({ count: quick ? 10_000 : 1_000_000, repeats, python, say });
    },
  },
];

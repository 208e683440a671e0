/**
 * What `npm run bench` measures, in the order of the table. `peers`: the Python packages it is measured against, by the
 * names of `peerVersions`. `quick`: false where a quick run may leave it out, because another section runs the same
 * code. `lacking`: says what is missing here without which it is skipped. `run` takes {quick, repeats, peerEpochs, python, say} and returns rows. Modules are loaded when needed, so that
 * one that fails harms no other.
 */
export const sections = [
  ...['vgg16', 'resnet50'].map((network) => ({
    name: `article-${network}`,
    title: `The article's protocol, ${network === 'vgg16' ? 'VGG16' : 'ResNet50'}`,
    about:
      '`xray-transfer train --preset article`, 25 epochs, whole processes, against the article’s script in Keras, which runs every picture through the base in every epoch, and against an expert’s, which computes features once and then trains the head.',
    peers: ['Keras', 'TensorFlow', 'OpenCV'],
    quick: network === 'resnet50',
    run: async ({ quick, repeats, peerEpochs, python, say }) => {
      const { articleProtocol } = await import('./article-protocol.mjs');
      return articleProtocol({ network, count: quick ? 8 : 138, peerEpochs, repeats, python, say });
    },
  })),
  {
    name: 'forward',
    title: 'The frozen base’s forward pass',
    about:
      'Batches of 8 pictures of 224 × 224 through the base, in turn with Keras’ compiled graph (`tf.function`) of the same network and with a matrix product, which shows what the processors can do.',
    peers: ['Keras', 'TensorFlow'],
    run: async ({ quick, repeats, python, say }) => {
      const { forwardPass } = await import('./forward-pass.mjs');
      const networks = quick ? ['mobilenet'] : ['vgg16', 'vgg19', 'resnet50', 'resnet50v2', 'mobilenet'];
      return forwardPass({ networks, repeats, python, say });
    },
  },
  {
    name: 'pictures',
    title: 'From files to features',
    about:
      'Reading, decoding and resizing against OpenCV on the same cores; feature extraction from files against the bare forward pass; batches of several sizes.',
    peers: ['OpenCV'],
    run: async ({ quick, repeats, python, say }) => {
      const { pipeline } = await import('./pipeline.mjs');
      return pipeline({ ...(quick && { count: 12, networks: ['mobilenet'] }), repeats, python, say });
    },
  },
  {
    name: 'heads',
    title: 'Many heads on cached features',
    about:
      'The article’s head, 25 epochs: alone, and 50 seeds × 5 folds of it as users run them, against the same in Keras on the same features.',
    peers: ['Keras', 'TensorFlow'],
    run: async ({ quick, repeats, python, say }) => {
      const { manyHeads } = await import('./head.mjs');
      const few = { count: 24, networks: ['mobilenet'], seeds: 1, peerFolds: 1 };
      // The start of Keras takes most of a quick run; the other sections start it too.
      return manyHeads({ ...(quick && few), repeats, python: quick ? undefined : python, say });
    },
  },
  {
    name: 'scale',
    title: 'From a thousand to a hundred thousand pictures',
    about:
      'Time a picture and memory of feature extraction and of reading the cache, each number of pictures in a process of its own. The network costs next to nothing, so that the way to it and from it shows.',
    peers: [],
    run: async ({ quick, say }) => {
      const { scale } = await import('./scale.mjs');
      return scale({ ...(quick && { counts: [40, 80] }), say });
    },
  },
  {
    name: 'queue',
    title: 'Many machines',
    about:
      'Grids by workers at a queue (BullMQ on a Redis started for it, its log on): two workers of one thread against one of two, what the queue costs a piece, and its memory.',
    peers: [],
    lacking: async () => {
      const { hasRedis } = await import('./redis.mjs');
      if (process.platform !== 'linux') return 'memory is read from /proc, which is Linux’s';
      return hasRedis() ? undefined : 'no redis-server here (Debian: apt-get install redis-server)';
    },
    run: async ({ quick, repeats, say }) => {
      const { queue } = await import('./queue.mjs');
      return queue({ ...(quick && { network: 'fractal', pictures: 16, pieces: 30 }), repeats, say });
    },
  },
  {
    name: 'notebook',
    title: 'A notebook run again',
    about:
      'A model’s notebook through the report’s executor, whole processes: with features cached, against its first run with an empty cache.',
    peers: [],
    run: async ({ quick, repeats, say }) => {
      const { notebookRerun } = await import('./notebook-rerun.mjs');
      return quick
        ? notebookRerun({ networks: ['resnet50'], count: 24, augment: 0, repeats, say })
        : notebookRerun({ networks: ['vgg16', 'resnet50'], count: 138, repeats, say });
    },
  },
  {
    name: 'audit',
    title: 'The audit of a data set',
    about:
      '`xray-transfer audit`, whole processes: from cold, every picture read and run through MobileNet whole, masked and within other borders; and once more with these features in the cache.',
    peers: [],
    run: async ({ quick, repeats, say }) => {
      const { auditTime } = await import('./audit-time.mjs');
      return auditTime({ quick, repeats, say });
    },
  },
  {
    name: 'start-up',
    title: 'What a user waits for before anything is computed',
    about: 'Whole processes from cold, except for the cell, whose notebook is open.',
    peers: ['Keras', 'TensorFlow', 'OpenCV', 'scikit-learn'],
    run: async ({ repeats, python, say }) => {
      const { startUp } = await import('./start-up.mjs');
      return startUp({ repeats, python, say });
    },
  },
  {
    name: 'report',
    title: 'Opening the report',
    about:
      'All notebooks with the outputs that they are committed with, in one file, opened from disk in Chromium by the clock.',
    peers: [],
    // Needs a browser; test/report/page.test.ts opens the same pages.
    quick: false,
    run: async ({ repeats, say }) => {
      const { reportOpening } = await import('./report-opening.mjs');
      return reportOpening({ repeats, say });
    },
  },
  {
    name: 'metrics',
    title: 'Figures of many predictions',
    about:
      'Figures of predictions in memory against scikit-learn on the same numbers, which must agree. Here every share and area comes with its interval.',
    peers: ['scikit-learn', 'NumPy'],
    run: async ({ quick, repeats, python, say }) => {
      const { metrics } = await import('./metrics.mjs');
      return metrics({ count: quick ? 10_000 : 1_000_000, repeats, python, say });
    },
  },
];

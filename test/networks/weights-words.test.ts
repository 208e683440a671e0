import { expect, test } from 'vitest';
import { pretrainings } from '../../lib/networks/names';
import { weightsWords } from '../../lib/networks/weights-words';

test.each([
  ['imagenet', 'ImageNet weights'],
  ['fractals', 'pretrained weights'],
  ['random', 'random weights'],
  ['none', ''],
  ['', ''],
  ['/home/somebody/vgg16.h5', 'weights of vgg16.h5'],
  ['C:\\weights\\vgg16.h5', 'weights of vgg16.h5'],
])('%s', (weights, expected) => {
  expect(weightsWords(weights)).toBe(expected);
});

test('every pretraining has words of its own, not those of a file', () => {
  for (const pretraining of pretrainings) expect(weightsWords(pretraining)).not.toContain(pretraining);
});

import { describe, expect, test } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { cutAt, cutPoints, lastBlockStart } from '../../lib/networks/cut';
import { describeNetwork } from '../../lib/networks/describe-network';
import { type BackboneName, backboneNames } from '../../lib/networks/names';
import { networks } from '../../lib/networks/table';

describe.each(backboneNames)('the row of %s', (name) => {
  const row = networks[name];

  test('has a cut where a map comes out, and fine-tuning starts with the earliest layer of the last block', async () => {
    const tf = await tensorflow();
    const network = row.build(tf, row.inputSize);
    expect(row.name).toBe(name);
    expect(cutPoints(network)).toContain(row.cut);
    const model = cutAt(tf, network, row.cut);
    expect(lastBlockStart(model)).toBe(row.fineTuneFrom);
    model.dispose();
  });

  test('builds for other picture sizes', async () => {
    const tf = await tensorflow();
    const network = row.build(tf, 96);
    const side = { fractal: 6, pixels: 1 }[name as string] ?? 3;
    expect(network.outputs[0]!.shape.slice(1, 3)).toEqual([side, side]);
    network.dispose();
  });
});

describe('a description', () => {
  // Parameters as in Keras' model.summary() with include_top=False; depths as the papers count, without the classifier.
  test.each<[BackboneName, number, number, number[]]>([
    ['vgg16', 14_714_688, 13, [7, 7, 512]],
    ['vgg19', 20_024_384, 16, [7, 7, 512]],
    ['resnet50', 23_587_712, 49, [7, 7, 2048]],
    ['resnet50v2', 23_564_800, 49, [7, 7, 2048]],
    ['mobilenet', 3_228_864, 27, [7, 7, 1024]],
    // No other implementation to count for us: kernels, and four numbers a channel of batch normalisation.
    [
      'fractal',
      75 * 32 + 9 * (32 * 64 + 64 * 128 + 128 * 192 + 192 * 256) + 4 * (32 + 64 + 128 + 192 + 256),
      5,
      [14, 14, 256],
    ],
    ['pixels', 0, 0, [1, 1, 1024]],
  ])('of %s', async (name, parameters, depth, last) => {
    const tf = await tensorflow();
    const before = tf.memory().numTensors;
    const described = await describeNetwork(name);
    expect(described).toMatchObject({ title: networks[name].title, parameters, depth, inputSize: 224 });
    expect(described.layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
    expect(described.layers[0]).toMatchObject({ type: 'InputLayer', outputShape: [224, 224, 3] });
    expect(described.layers.at(-1)!.outputShape).toEqual(last);
    expect(described.citation).toMatch(/\d{4}/);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('of an unknown network is refused with the nearest name', async () => {
    await expect(describeNetwork('vgg61' as BackboneName)).rejects.toThrow(
      `backbone is "vgg61"; did you mean vgg16? Choose one of ${backboneNames.join(', ')}, or`,
    );
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { io, LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import { tensorflow } from '../../lib/compute/tensorflow';
import { seededRandom } from '../../lib/core/random';

/** Where the tiny network is cut. */
export const tinyCut = 'block2_relu';
/** Side of its input, pixels. */
export const tinySize = 24;

/** Writes model.json and weights.bin. */
export async function writeLayersModel(model: LayersModel, folder: string): Promise<void> {
  await model.save({
    save: async ({ modelTopology, weightSpecs, weightData }: io.ModelArtifacts) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      writeFileSync(path.join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  });
}

/** Fills a network with seeded numbers: kernels of He's spread, batch norm with statistics that matter. */
export async function fillWeights(model: LayersModel, seed: number): Promise<void> {
  const tf = await tensorflow();
  const random = seededRandom(`tiny ${seed}`);
  for (const layer of model.layers) {
    const weights = layer.weights.map(({ name, shape }) => {
      const count = shape.reduce((a: number, b) => a * b!, 1);
      const fan = count / (shape.at(-1) ?? 1);
      const draw = () => {
        if (name.includes('variance') || name.includes('gamma')) return random.between(0.5, 1.5);
        return name.includes('kernel') ? Math.sqrt(2 / fan) * random.normal() : 0.1 * random.normal();
      };
      return tf.tensor(Array.from({ length: count }, draw), shape as number[]);
    });
    if (weights.length) layer.setWeights(weights);
    tf.dispose(weights);
  }
}

/**
 * A convolutional network of two blocks on disk, small enough for tests: input [size, size, 3], map [size / 4, size / 4,
 * 8] at `tinyCut`, with a batch normalization, a residual connection and a layer beyond the cut.
 */
export async function writeTinyBackbone(folder: string, seed = 1, size = tinySize): Promise<string> {
  const tf = await tensorflow();
  const conv = (name: string, filters: number, strides: number) =>
    tf.layers.conv2d({ name, filters, strides, kernelSize: 3, padding: 'same' });
  const input = tf.input({ shape: [size, size, 3] });
  const apply = (layer: ReturnType<typeof conv>, x: SymbolicTensor) => layer.apply(x) as SymbolicTensor;
  let x = apply(conv('block1_conv', 6, 2), input);
  x = tf.layers.reLU({ name: 'block1_relu' }).apply(x) as SymbolicTensor;
  const shortcut = apply(conv('block2_shortcut', 8, 2), x);
  x = apply(conv('block2_conv', 8, 2), x);
  x = tf.layers.batchNormalization({ name: 'block2_bn' }).apply(x) as SymbolicTensor;
  x = tf.layers.add({ name: 'block2_add' }).apply([x, shortcut]) as SymbolicTensor;
  x = tf.layers.reLU({ name: tinyCut }).apply(x) as SymbolicTensor;
  x = tf.layers.globalAveragePooling2d({ name: 'top_pool' }).apply(x) as SymbolicTensor;
  x = tf.layers.dense({ name: 'top', units: 5 }).apply(x) as SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: x });
  await fillWeights(model, seed);
  await writeLayersModel(model, folder);
  model.dispose();
  return folder;
}

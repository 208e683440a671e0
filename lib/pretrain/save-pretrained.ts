import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LayersModel, Tensor4D } from '@tensorflow/tfjs';
import { describeBackend } from '../compute/describe-backend';
import type { TensorFlow } from '../compute/tensorflow';
import { sha256, writeFileAtomic, writeJson } from '../core/files';
import { projectFolder } from '../core/settings';
import { fractalNetwork } from '../networks/fractal';
import { layersModelFiles } from '../networks/layers-model-files';
import { networks } from '../networks/table';
import type { Pretrained } from './pretrained';

/** Commit of the project's folder; null where it is no checkout, or there is no git. */
const commit = (): Promise<string | null> =>
  promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: projectFolder }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );

/** The network of three channels that sees a colour picture as its average: each channel has a third of the kernel. */
function inColour(tf: TensorFlow, grey: LayersModel): LayersModel {
  const network = fractalNetwork(3)(tf, networks.fractal.inputSize);
  network.layers.forEach((layer, i) => {
    const weights = grey.layers[i]!.getWeights();
    tf.tidy(() => {
      const fitting = weights.map((weight, k) => {
        const spread = weight.shape[2] !== layer.weights[k]!.shape[2];
        return spread ? tf.tile(tf.div(weight as Tensor4D, 3), [1, 1, 3, 1]) : weight;
      });
      if (fitting.length) layer.setWeights(fitting);
    });
  });
  return network;
}

/**
 * Writes what the networks' table names: model.json and weights.bin of the network of three channels, and
 * training.json, the record of how they came to be.
 */
export async function savePretrained(
  tf: TensorFlow,
  grey: LayersModel,
  { folder, settings, curve, top1, seconds }: Pretrained,
): Promise<void> {
  const network = inColour(tf, grey);
  try {
    const { topology, weights } = await layersModelFiles(network);
    await writeFileAtomic(path.join(folder, 'weights.bin'), weights);
    await writeFileAtomic(path.join(folder, 'model.json'), topology);
    const { backend, tensorflow } = await describeBackend();
    await writeJson(path.join(folder, 'training.json'), {
      ...settings,
      top1,
      seconds: Math.round(seconds),
      curve,
      backend,
      commit: await commit(),
      threads: Number(process.env.TF_NUM_INTRAOP_THREADS) || null,
      oneDnn: process.env.TF_ENABLE_ONEDNN_OPTS ?? null,
      versions: { node: process.version, tfjs: tf.version_core, tensorflow },
      weights: { file: 'weights.bin', bytes: weights.length, sha256: sha256(weights) },
    });
  } finally {
    network.dispose();
  }
}

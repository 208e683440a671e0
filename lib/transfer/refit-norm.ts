import path from 'node:path';
import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import { byText } from '../core/by-text';
import { InputError } from '../core/check';
import { exists, sha256, writeFileAtomic } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { touch } from '../core/touch';
import { loadPicture } from '../dataset/load-picture';
import type { Xray } from '../dataset/xray';
import type { Backbone } from '../networks/backbone';
import type { BackboneOptions } from '../networks/backbone-options';
import { loadBackbone } from '../networks/load-backbone';
import { batchNorms, readStatistics, takeMoments } from '../networks/norm-statistics';
import { preprocess } from '../networks/preprocess';
import type { FeatureSettings } from './feature-settings';
import { keptBasesFolder } from './kept-bases';

/** Pictures whose moments are taken together. */
const batchSize = 16;
/** Changes when the same pictures give other statistics than before. */
const version = 1;

async function takeAll(
  tf: TensorFlow,
  backbone: Backbone,
  files: readonly string[],
  { preprocessing, resize }: FeatureSettings,
  { onProgress, signal }: WorkOptions,
): Promise<void> {
  const { model, title, inputSize: size } = backbone;
  const mode = preprocessing === 'own' ? backbone.preprocessing : preprocessing;
  for (let i = 0; i < files.length; i += batchSize) {
    signal?.throwIfAborted();
    const part = files.slice(i, i + batchSize);
    const pictures = await Promise.all(part.map((file) => loadPicture(file, size, resize)));
    const values = new Float32Array(part.length * size * size * 3);
    pictures.forEach(({ data }, j) => {
      values.set(data, j * size * size * 3);
    });
    tf.tidy(() => {
      const batch = tf.tensor4d(values, [part.length, size, size, 3]);
      takeMoments(tf, model, preprocess(tf, batch, mode), i);
    });
    onProgress?.({ stage: `batch norm of ${title}`, done: i + part.length, total: files.length });
  }
}

/**
 * Fits the statistics of a base's batch normalisation to the pictures it will see, without their labels (adaptive batch
 * normalization: Li et al. 2016): the average of the moments of batches of 16, in the order of the pictures' hashes, so
 * that they follow from the set of pictures. Only means and variances change; no weight is trained. A network with
 * random weights needs it before it is compared with a pretrained one, whose statistics were measured on pictures.
 * @param base without statistics of its own
 * @param xrays the training pictures
 * @returns file of the statistics, in the cache; `BackboneOptions.norm` takes it
 * @throws InputError if the network has no batch normalisation, or naming a picture that cannot be read
 */
export async function refitNorm(
  base: BackboneOptions,
  xrays: readonly Pick<Xray, 'path' | 'sha256'>[],
  settings: FeatureSettings,
  work: WorkOptions = {},
): Promise<string> {
  const tf = await tensorflow();
  const backbone = await loadBackbone(base);
  try {
    const norms = batchNorms(backbone.model);
    if (!norms.length)
      throw new InputError(
        `refitNorm: ${backbone.title} has no batch normalisation whose statistics could be fitted; leave it out`,
      );
    // In training tfjs computes with both, whatever the layer has.
    const partial = norms.find((layer) => layer.weights.length < 4);
    if (partial)
      throw new InputError(
        `refitNorm: ${partial.name} of ${backbone.title} normalises without scale or shift, which cannot be fitted; leave it out`,
      );
    const ordered = [...xrays].sort((a, b) => byText(a.sha256, b.sha256));
    const key = sha256(
      JSON.stringify([
        version,
        backbone.weightsHash,
        settings.preprocessing === 'own' ? backbone.preprocessing : settings.preprocessing,
        settings.resize,
        ...ordered.map((xray) => xray.sha256),
      ]),
    );
    const file = path.join(keptBasesFolder('batch-norm'), `${key.slice(0, 32)}.bin`);
    if (await exists(file)) {
      await touch(file);
      return file;
    }
    const files = ordered.map((xray) => xray.path);
    await takeAll(tf, backbone, files, settings, work);
    await writeFileAtomic(file, await readStatistics(backbone.model));
    return file;
  } finally {
    backbone.model.dispose();
  }
}

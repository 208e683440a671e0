import type { io, LayersModel } from '@tensorflow/tfjs';
import { tensorflow } from '../compute/tensorflow';

/** A tfjs layers-model as the content of its two files, model.json and weights.bin. */
export async function layersModelFiles(model: LayersModel): Promise<{ topology: string; weights: Buffer }> {
  const tf = await tensorflow();
  let artifacts: io.ModelArtifacts | undefined;
  const keep = tf.io.withSaveHandler(async (given) => {
    artifacts = given;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(given) };
  });
  await model.save(keep);
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const parts = Array.isArray(weightData) ? weightData : [weightData!];
  return {
    topology: JSON.stringify({
      format: 'layers-model',
      generatedBy: 'xray-transfer',
      convertedBy: null,
      modelTopology,
      weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
    }),
    weights: Buffer.concat(parts.map((part) => Buffer.from(part))),
  };
}

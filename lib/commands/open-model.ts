import type { WorkOptions } from '../core/progress';
import type { TransferModel } from '../transfer/model';

/** The model of a folder; the ImageNet weights of its base are downloaded where they are not here. */
export async function openModel(folder: string, work: WorkOptions): Promise<TransferModel> {
  const { loadModel } = await import('../transfer/load-model.js');
  const { fetchAbsentWeights } = await import('../networks/fetch-absent-weights.js');
  const model = await loadModel(folder);
  // Fine-tuned, it has a base of its own.
  if (!model.backbone.fineTuned) await fetchAbsentWeights(model.backbone, work);
  return model;
}

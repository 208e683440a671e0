import path from 'node:path';
import { createDemoDataset } from '../../lib/dataset/create-demo-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split } from '../../lib/dataset/xray';
import { evaluate } from '../../lib/transfer/evaluate';
import type { TransferModel } from '../../lib/transfer/model';
import { transferLearn } from '../../lib/transfer/transfer-learn';

/** A model of three classes of phantoms on `fractal`, saved with its figures to `root`/model. */
export async function savedPhantomModel(
  root: string,
): Promise<{ model: TransferModel; split: Split; folder: string }> {
  const dataset = path.join(root, 'phantoms');
  await createDemoDataset(dataset, { count: 12, seed: 7 });
  const split = splitDataset(await loadDataset(dataset), { test: 0.3, validation: 0.2, seed: 1 });
  const model = await transferLearn(split, { backbone: 'fractal', preset: 'sound' });
  const folder = path.join(root, 'model');
  await model.save(folder, await evaluate(model, split.test));
  return { model, split, folder };
}

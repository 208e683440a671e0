import path from 'node:path';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split } from '../../lib/dataset/xray';
import type { TransferModel } from '../../lib/transfer/model';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import { writeClassFolders } from '../transfer/class-folders';
import { tinyCut, writeTinyBackbone } from '../transfer/tiny-backbone';

/** A model of three classes on the tiny network, with what it was trained on, in files below `root`. */
export async function smallModel(root: string): Promise<{ model: TransferModel; split: Split }> {
  const backbone = await writeTinyBackbone(path.join(root, 'tiny'));
  const folders = await writeClassFolders(path.join(root, 'data'), ['covid', 'normal', 'pneumonia'], 30);
  const split = splitDataset(await loadDataset(folders), { test: 0.2, seed: 1 });
  const model = await transferLearn(split, {
    backbone,
    cut: tinyCut,
    preset: 'article',
    pooling: 'grid',
    epochs: 20,
    learningRate: 0.01,
  });
  return { model, split };
}

import type { WorkOptions } from '../core/progress';
import { computeFeatures } from '../transfer/compute-features';
import { encodeShard } from '../transfer/feature-shard';
import { withBackbone } from '../transfer/open-backbone';
import { checkWeights } from './check-weights';
import { keptRecords } from './kept-records';
import { picturesHere } from './picture-files';
import { variantsOfPiece } from './piece-variants';
import { type FeaturePiece, type Plan, resultName } from './plan';
import type { ResultStore } from './result-store';

/** Where the rows of a piece of features are kept; its result tells what is in them. */
export const rowsName = (name: string): string => `features/${name}.arrow`;

/**
 * Computes the features of a piece's pictures, always in the same batches, whatever a cache may have of them, and keeps
 * them as an Arrow file, then its manifest: a piece without a manifest does not count.
 */
export async function computeFeaturePiece(
  plan: Plan,
  piece: FeaturePiece,
  store: ResultStore,
  { onProgress, signal }: WorkOptions,
): Promise<void> {
  const group = plan.groups.find(({ name }) => name === piece.group)!;
  const { records } = plan.datasets[group.dataset]!;
  const xrays = (await keptRecords(store, records)).slice(piece.from, piece.to);
  const pictures = variantsOfPiece(await picturesHere(xrays, records, store), group);
  const rows = new Map<string, Float32Array>();
  await withBackbone(group.base, async (base) => {
    checkWeights(base, group.weightsHash);
    for await (const batch of computeFeatures(pictures, base, group.settings, signal)) {
      for (const [key, row] of batch) rows.set(key, row);
      onProgress?.({ stage: `features ${group.title}`, done: rows.size, total: pictures.length });
    }
  });
  const { bytes, ...shard } = await encodeShard(rows);
  await store.put(rowsName(piece.name), bytes);
  await store.put(resultName(piece), JSON.stringify(shard));
}

import path from 'node:path';
import { type AuditPart, partsOf, sightBy } from '../audit/audit-part';
import { auditedPictures } from '../audit/audited-pictures';
import type { WorkOptions } from '../core/progress';
import { withBackbone } from '../transfer/open-backbone';
import { checkWeights } from './check-weights';
import { keptRecords } from './kept-records';
import { onOwnFeatures } from './own-features';
import { picturesHere } from './picture-files';
import { type AuditPiece, type Plan, resultName, trainingSeed } from './plan';
import type { ResultStore } from './result-store';

/** Computes a part of the audit of a dataset with a network, and keeps what it found, without where the pictures lay. */
export async function computeAuditPiece(
  plan: Plan,
  piece: AuditPiece,
  store: ResultStore,
  work: WorkOptions,
): Promise<void> {
  const { name, cut, weights } = plan.grid.networks[piece.network]!;
  const { records } = plan.datasets[piece.dataset]!;
  const xrays = await picturesHere(await keptRecords(store, records), records, store);
  const pictures = auditedPictures(xrays, { seed: trainingSeed });
  const { duplicates, ...part } = await onOwnFeatures(() =>
    withBackbone({ name, cut, weights, seed: trainingSeed }, (base) => {
      checkWeights(base, piece.weightsHash);
      return partsOf(pictures, sightBy(base, pictures, work))(piece.part);
    }),
  );
  const kept: AuditPart = {
    ...part,
    ...(duplicates && {
      duplicates: duplicates.map((pair) => ({
        ...pair,
        pictures: [path.basename(pair.pictures[0]), path.basename(pair.pictures[1])] as const,
      })),
    }),
  };
  await store.put(resultName(piece), JSON.stringify(kept));
}

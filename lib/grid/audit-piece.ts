import path from 'node:path';
import type { Audit } from '../audit/audit';
import { auditDataset } from '../audit/audit-dataset';
import type { WorkOptions } from '../core/progress';
import { keptRecords } from './kept-records';
import { onOwnFeatures } from './own-features';
import { picturesHere } from './picture-files';
import { type AuditPiece, type Plan, resultName, trainingSeed } from './plan';
import type { ResultStore } from './result-store';

/** An audit without what differs between machines: how long it took, and where the pictures lay. */
export type KeptAudit = Omit<Audit, 'seconds'>;

/** Audits a dataset with a network; its tests share features, so they are one piece. */
export async function computeAuditPiece(
  plan: Plan,
  piece: AuditPiece,
  store: ResultStore,
  work: WorkOptions,
): Promise<void> {
  const { name: backbone, cut, weights } = plan.grid.networks[piece.network]!;
  const { records } = plan.datasets[piece.dataset]!;
  const xrays = await picturesHere(await keptRecords(store, records), records, store);
  const { seconds: _, ...audit } = await onOwnFeatures(() =>
    auditDataset(xrays, { backbone, cut, weights, seed: trainingSeed, ...work }),
  );
  const kept: KeptAudit = {
    ...audit,
    duplicates: audit.duplicates.map((pair) => ({
      ...pair,
      pictures: [path.basename(pair.pictures[0]), path.basename(pair.pictures[1])],
    })),
  };
  await store.put(resultName(piece), JSON.stringify(kept));
}

import { readdir, rm } from 'node:fs/promises';
import { bounded } from '../core/bounded';
import { InputError } from '../core/check';
import { sha256 } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { cacheLimit } from '../core/settings';
import { touch } from '../core/touch';
import { patientFolds } from '../dataset/patient-folds';
import { evict } from '../transfer/feature-cache';
import { featureFolder, inOrigin, withOrigin } from '../transfer/feature-folder';
import { describeFeatures } from '../transfer/feature-settings';
import {
  type EncodedShard,
  placeDescription,
  placeShard,
  shardFiles,
  shardNames,
} from '../transfer/feature-shard';
import { withBackbone } from '../transfer/open-backbone';
import { type TestedFold, testFold } from '../transfer/test-fold';
import { checkWeights } from './check-weights';
import { rowsName } from './feature-piece';
import { keptRecords } from './kept-records';
import { onOwnFeatures } from './own-features';
import { picturesHere } from './picture-files';
import { type FeatureGroup, type Plan, resultName, type TrainingPiece, trainingSeed } from './plan';
import { keptIn, type ResultStore } from './result-store';

/** Files fetched at once. */
const concurrency = 8;
/** What was used so shortly before stays in the cache whatever its limit, milliseconds: this work's own features. */
const lately = 10 * 60_000;

const listed = (folder: string): Promise<string[]> => readdir(folder).catch((): string[] => []);

/**
 * Brings the features of a group from the store into this machine's cache, where training reads them.
 * @returns folder, and names of its shards
 */
async function fetchFeatures(
  plan: Plan,
  group: FeatureGroup,
  store: ResultStore,
): Promise<{ folder: string; shards: ReadonlySet<string> }> {
  const description = await withBackbone(group.base, (base) => {
    checkWeights(base, group.weightsHash);
    return withOrigin(describeFeatures(base, group.settings));
  });
  const folder = featureFolder(description);
  await placeDescription(folder, { ...description, weightsFrom: store.url });
  const there = new Set(shardNames(await listed(folder)));
  const pieces = plan.pieces.filter((piece) => piece.kind === 'features' && piece.group === group.name);
  const shards = await bounded(pieces, concurrency, async (piece) => {
    const result = await keptIn(store, resultName(piece));
    const shard: Omit<EncodedShard, 'bytes'> = JSON.parse(result.toString());
    if (there.has(shard.name)) await touch(shardFiles(folder, shard.name).manifest);
    else {
      const bytes = await store.get(rowsName(piece.name));
      if (!bytes || sha256(bytes) !== shard.name)
        throw new InputError(
          `${rowsName(piece.name)} in ${store.url} is ${bytes ? 'damaged' : 'missing'}; delete ${resultName(piece)} there, and run xray-transfer grid again`,
        );
      await placeShard(folder, { ...shard, bytes });
    }
    return shard.name;
  });
  if (shards.some((name) => !there.has(name))) await evict(cacheLimit(), Date.now() - lately);
  return { folder, shards: new Set(shards) };
}

/** Trains on features from elsewhere alone: rows computed here would have other last bits. */
async function onFetched<T>(
  { folder, shards }: { folder: string; shards: ReadonlySet<string> },
  work: () => Promise<T>,
): Promise<T> {
  const result = await work();
  if (shardNames(await listed(folder)).every((name) => shards.has(name))) return result;
  await rm(folder, { recursive: true, force: true });
  throw new InputError(
    'Features were removed from the cache while they were in use; give it more room by XRAY_CACHE_LIMIT',
  );
}

/** Trains a head and tests it on its fold; keeps figures and predictions. */
export async function computeTrainingPiece(
  plan: Plan,
  piece: TrainingPiece,
  store: ResultStore,
  { onProgress, signal }: WorkOptions,
): Promise<void> {
  const { grid, datasets, groups } = plan;
  const { name: backbone, cut, weights } = grid.networks[piece.network]!;
  const { preset, parameters } = grid.presets[piece.preset]!;
  const { records, classes } = datasets[piece.dataset]!;
  const group = groups.find(({ name }) => name === piece.group);
  const kept = await keptRecords(store, records);
  const xrays = group ? kept : await picturesHere(kept, records, store);
  const { train, test } = patientFolds(xrays, { folds: grid.folds, seed: piece.seed })[piece.fold]!;
  const options = { backbone, cut, weights, preset, ...parameters, seed: trainingSeed, onProgress, signal };
  const learn = () => testFold({ train, test, classes, seed: piece.seed, fold: piece.fold }, options);
  const { run, predictions } = group
    ? await inOrigin({ group: group.name.slice(0, 32) }, async () =>
        onFetched(await fetchFeatures(plan, group, store), learn),
      )
    : await onOwnFeatures(learn);
  await store.put(resultName(piece), JSON.stringify({ run, predictions } satisfies TestedFold));
}

import { partNames } from '../audit/audit-part';
import { sha256 } from '../core/files';
import { classesOf } from '../dataset/classes-of';
import { loadDataset } from '../dataset/load-dataset';
import { patientFolds } from '../dataset/patient-folds';
import type { ReadingOptions } from '../dataset/reading-options';
import { isSynthetic, type Xray } from '../dataset/xray';
import type { BackboneDescription } from '../networks/backbone-description';
import type { BackboneOptions } from '../networks/backbone-options';
import { fetchAbsentWeights } from '../networks/fetch-absent-weights';
import { trainingBase } from '../transfer/backbone-reference';
import { describeFeatures } from '../transfer/feature-settings';
import { withBackbone } from '../transfer/open-backbone';
import { variantKey } from '../transfer/picture-variants';
import { type Computing, computingHere } from './computing';
import type { Grid } from './grid';
import { recordsHash } from './kept-records';
import { variantsOfPiece } from './piece-variants';
import {
  type AuditPiece,
  type FeatureGroup,
  type FeaturePiece,
  nameOf,
  type Piece,
  type Plan,
  type PlannedDataset,
  type TrainingPiece,
  trainingSeed,
} from './plan';

/** What is to be done, and what it is done with. */
export interface PlannedGrid {
  readonly plan: Plan;
  /** Records by dataset. */
  readonly records: readonly (readonly Xray[])[];
}

const describeDataset = (xrays: readonly Xray[]): PlannedDataset => ({
  records: recordsHash(xrays),
  classes: classesOf(xrays),
  pictures: xrays.length,
  synthetic: isSynthetic(xrays),
});

/** Features outlive changes of the code, as those of the cache do: their own version says when they are others. */
const ofFeatures = ({ code: _, ...computing }: Computing) => computing;

function planGroup(
  grid: Grid,
  computing: Computing,
  base: BackboneOptions,
  described: BackboneDescription,
  { preset, dataset, xrays }: { preset: number; dataset: number; xrays: readonly Xray[] },
): { group: FeatureGroup; pieces: FeaturePiece[] } {
  const { parameters } = grid.presets[preset]!;
  const { preprocessing, resize, pooling, augment, epochs } = parameters;
  const settings = { preprocessing, resize, pooling };
  const copies = augment === 'each-epoch' ? epochs : augment;
  const rotation = copies ? parameters.rotation : 0;
  const unnamed = { dataset, base, settings, copies, rotation };
  const ranges = Array.from({ length: Math.ceil(xrays.length / grid.shard) }, (_, i) => ({
    from: i * grid.shard,
    to: Math.min(xrays.length, (i + 1) * grid.shard),
  }));
  const names = ranges.map(({ from, to }) =>
    nameOf({
      kind: 'features',
      ...describeFeatures(described, settings),
      ...ofFeatures(computing),
      pictures: sha256(variantsOfPiece(xrays.slice(from, to), unnamed).map(variantKey).join('\n')),
    }),
  );
  const name = sha256(names.join('\n'));
  return {
    group: { ...unnamed, name, weightsHash: described.weightsHash, title: described.title },
    pieces: ranges.map((range, i) => ({ kind: 'features', name: names[i]!, group: name, ...range })),
  };
}

/**
 * Cuts a grid into pieces with names that follow from what they are: reads the datasets, opens each network once for the
 * hash of its weights, downloads weights that are absent.
 * @param work.onRefused told of each picture that cannot be used; the grid is of the others. Default: it throws
 * @throws InputError as `loadDataset`, `loadBackbone` and `patientFolds` do
 */
export async function planGrid(grid: Grid, work: ReadingOptions = {}): Promise<PlannedGrid> {
  const computing = await computingHere();
  const records: Xray[][] = [];
  for (const { folder, classes } of grid.datasets)
    records.push(await loadDataset(folder, { classes, ...work }));
  for (const xrays of records) patientFolds(xrays, { folds: grid.folds, seed: grid.seeds[0] });
  const datasets = records.map(describeDataset);
  const groups = new Map<string, FeatureGroup>();
  const pieces: Piece[] = [];
  for (const [network, { name, cut, weights }] of grid.networks.entries()) {
    await fetchAbsentWeights({ name, weights }, work);
    for (const [preset, { name: _, ...how }] of grid.presets.entries()) {
      const base = trainingBase(
        { backbone: name, cut, weights, seed: trainingSeed },
        how.parameters.preprocessing,
      );
      await withBackbone(base, (described) => {
        for (const [dataset, xrays] of records.entries()) {
          const { group, pieces: features } = planGroup(grid, computing, base, described, {
            preset,
            dataset,
            xrays,
          });
          if (!how.parameters.refitNorm && !groups.has(group.name)) {
            groups.set(group.name, group);
            pieces.push(...features);
          }
          const learnt = {
            ...how,
            network: described.name,
            cut: described.cut,
            weights: described.weightsHash,
          };
          const shared = { kind: 'training', version: 1, ...learnt, features: group.name, folds: grid.folds };
          for (const seed of grid.seeds)
            for (let fold = 0; fold < grid.folds; fold++)
              pieces.push({
                kind: 'training',
                name: nameOf({ ...shared, ...datasets[dataset], ...computing, seed, fold }),
                ...{ dataset, network, preset, seed, fold },
                ...(!how.parameters.refitNorm && { group: group.name }),
              } satisfies TrainingPiece);
        }
      });
    }
    if (grid.audit)
      await withBackbone({ name, cut, weights, seed: trainingSeed }, ({ weightsHash }) => {
        for (const dataset of records.keys())
          for (const part of partNames)
            pieces.push({
              kind: 'audit',
              name: nameOf({
                ...{ kind: 'audit', version: 2, part, weightsHash },
                ...datasets[dataset],
                ...computing,
              }),
              ...{ part, weightsHash, dataset, network },
            } satisfies AuditPiece);
      });
  }
  const compared = {
    datasets: grid.datasets.map(({ name }) => name),
    presets: grid.presets.map(({ name }) => name),
    networks: grid.networks,
    pieces: pieces.map(({ name }) => name),
  };
  pieces.push({
    kind: 'comparison',
    name: nameOf({ kind: 'comparison', version: 1, ...compared, ...computing }),
  });
  return { plan: { version: 1, grid, computing, datasets, groups: [...groups.values()], pieces }, records };
}

import type { AuditTest } from '../audit/audit';
import type { AuditPart } from '../audit/audit-part';
import { judgeParts } from '../audit/judge-parts';
import { educationOnly } from '../core/education-only';
import type { Verdict } from '../evaluation/audit-summary';
import { type PossibleFigure, undefinedFigure } from '../evaluation/figure';
import { meanWithInterval, shareRange } from '../evaluation/mean-with-interval';
import { compareCrossValidations } from '../transfer/compare-cross-validations';
import { type CrossValidation, combineFolds } from '../transfer/cross-validate';
import type { TestedFold } from '../transfer/test-fold';
import type { Computing } from './computing';
import { networkLabel } from './network-label';
import { type Piece, type Plan, resultName } from './plan';
import { keptIn, type ResultStore } from './result-store';

/** A network with a preset on a dataset. */
export interface ComparedTraining {
  readonly dataset: string;
  readonly network: string;
  readonly preset: string;
  /** Mean over folds and seeds, with the 95 % interval of Nadeau and Bengio. */
  readonly accuracy: PossibleFigure;
  /** Likewise; three nulls where a fold has none. */
  readonly auroc: PossibleFigure;
  /** How much more often it is right than the first training of its dataset; null for that one. */
  readonly difference: PossibleFigure | null;
  /** Folds tested. */
  readonly runs: number;
  /** Names of its pieces, whose results hold every fold's figures and predictions. */
  readonly pieces: readonly string[];
}

/** What an audit of a dataset says. */
export interface ComparedAudit {
  readonly dataset: string;
  readonly network: string;
  readonly verdict: Verdict;
  readonly expectation: string;
  /** AUROC of the whole pictures. */
  readonly whole: PossibleFigure;
  readonly tests: readonly AuditTest[];
  /** Names of its pieces. */
  readonly pieces: readonly string[];
}

/** All trainings of a grid side by side. Plain data. For education only. */
export interface GridComparison {
  readonly trainings: readonly ComparedTraining[];
  readonly audits: readonly ComparedAudit[];
  readonly folds: number;
  readonly seeds: readonly number[];
  /** Whether any of the pictures are synthetic. */
  readonly synthetic: boolean;
  readonly computing: Computing;
  readonly notice: string;
}

const resultOf = async <T>(store: ResultStore, piece: Piece): Promise<T> =>
  JSON.parse((await keptIn(store, resultName(piece))).toString());

function aurocOf({ runs, folds }: CrossValidation): PossibleFigure {
  const values = runs.map(({ evaluation }) => evaluation.auroc?.value ?? null);
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) return undefinedFigure;
  return meanWithInterval(known, { testToTrain: 1 / (folds - 1), range: shareRange });
}

/** Sets all trainings of a plan beside each other; their results must be in the store. */
export async function compareTrainings(plan: Plan, store: ResultStore): Promise<GridComparison> {
  const { grid, datasets, pieces, computing } = plan;
  const { folds, seeds } = grid;
  const trainings: ComparedTraining[] = [];
  for (const [d, { name: dataset }] of grid.datasets.entries()) {
    let first: CrossValidation | undefined;
    for (const [n, network] of grid.networks.entries())
      for (const [p, { name: preset }] of grid.presets.entries()) {
        const own = pieces
          .filter((piece) => piece.kind === 'training')
          .filter((piece) => piece.dataset === d && piece.network === n && piece.preset === p);
        const tested: TestedFold[] = [];
        for (const piece of own) tested.push(await resultOf(store, piece));
        const { classes, synthetic } = datasets[d]!;
        const validation = combineFolds(tested, { classes, folds, seeds, synthetic });
        trainings.push({
          dataset,
          network: networkLabel(network),
          preset,
          accuracy: validation.accuracy,
          auroc: aurocOf(validation),
          difference: first ? compareCrossValidations(validation, first) : null,
          runs: tested.length,
          pieces: own.map(({ name }) => name),
        });
        first ??= validation;
      }
  }
  const audits: ComparedAudit[] = [];
  for (const [n, network] of grid.networks.entries())
    for (const [d, { name: dataset }] of grid.datasets.entries()) {
      const own = pieces
        .filter((piece) => piece.kind === 'audit')
        .filter((piece) => piece.dataset === d && piece.network === n);
      if (!own.length) continue;
      const parts: AuditPart[] = [];
      for (const piece of own) parts.push(await resultOf(store, piece));
      const { duplicates: _, ...judged } = judgeParts(parts);
      audits.push({
        ...{ dataset, network: networkLabel(network) },
        ...judged,
        pieces: own.map(({ name }) => name),
      });
    }
  return {
    trainings,
    audits,
    folds,
    seeds,
    synthetic: datasets.some((dataset) => dataset.synthetic),
    computing,
    notice: educationOnly,
  };
}

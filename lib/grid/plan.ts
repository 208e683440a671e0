import type { LearntPart } from '../audit/learnt-tests';
import { byText } from '../core/by-text';
import { sha256 } from '../core/files';
import type { BackboneOptions } from '../networks/backbone-options';
import type { FeatureSettings } from '../transfer/feature-settings';
import type { Computing } from './computing';
import type { Grid } from './grid';

/** Features of some pictures by one base; other pieces begin when all of their group are there. */
export interface FeaturePiece {
  readonly kind: 'features';
  /** SHA-256 of everything that its result depends on; likewise of the other kinds. */
  readonly name: string;
  readonly group: string;
  /** Numbers of records in the dataset: from … to - 1. */
  readonly from: number;
  readonly to: number;
}

/** A head trained and tested on one fold. */
export interface TrainingPiece {
  readonly kind: 'training';
  readonly name: string;
  /** Numbers in the grid's lists. */
  readonly dataset: number;
  readonly network: number;
  readonly preset: number;
  readonly seed: number;
  readonly fold: number;
  /** The features it learns from; absent where they follow from the fold's own pictures (`refitNorm`). */
  readonly group?: string;
}

/** A part of the audit of a dataset with a network: the tests that look at the same features. */
export interface AuditPiece {
  readonly kind: 'audit';
  readonly name: string;
  readonly part: LearntPart;
  readonly weightsHash: string;
  readonly dataset: number;
  readonly network: number;
}

/** All trainings set beside each other. */
export interface ComparisonPiece {
  readonly kind: 'comparison';
  readonly name: string;
}

export type Piece = FeaturePiece | TrainingPiece | AuditPiece | ComparisonPiece;

/** Features of all pictures of a dataset, and of their rotated copies, by one base. */
export interface FeatureGroup {
  /** Hash of the names of its pieces. */
  readonly name: string;
  readonly dataset: number;
  readonly base: BackboneOptions;
  readonly weightsHash: string;
  readonly title: string;
  readonly settings: FeatureSettings;
  readonly copies: number;
  readonly rotation: number;
}

/** A dataset as it was when the plan was made. */
export interface PlannedDataset {
  /** SHA-256 of what is known of its pictures, paths aside. */
  readonly records: string;
  readonly classes: readonly string[];
  readonly pictures: number;
  readonly synthetic: boolean;
}

/** All the pieces of a grid. Plain data; kept in the store under its own hash, so that jobs need but name it. */
export interface Plan {
  readonly version: 1;
  readonly grid: Grid;
  readonly computing: Computing;
  readonly datasets: readonly PlannedDataset[];
  readonly groups: readonly FeatureGroup[];
  /** In an order in which each comes after those that it needs. */
  readonly pieces: readonly Piece[];
}

/** Of heads, order, rotated copies, random weights and audits: the default of `transferLearn`. */
export const trainingSeed = 42;

const sorted = (value: unknown): unknown =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => byText(a, b))
          .map(([key, inner]) => [key, sorted(inner)]),
      )
    : value;

/** The name of a piece: SHA-256 of its description as JSON with its keys in order. */
export const nameOf = (description: Readonly<Record<string, unknown>>): string =>
  sha256(JSON.stringify(sorted(description)));

/** Where the result of a piece is kept. */
export const resultName = ({ kind, name }: Pick<Piece, 'kind' | 'name'>): string => `${kind}/${name}.json`;

/** For people: "vgg16 sound, seed 0, fold 3". */
export function titleOf({ grid, groups }: Plan, piece: Piece): string {
  const dataset = (i: number) => (grid.datasets.length > 1 ? ` on ${grid.datasets[i]!.name}` : '');
  switch (piece.kind) {
    case 'features': {
      const group = groups.find(({ name }) => name === piece.group)!;
      return `features ${group.title}${dataset(group.dataset)}, pictures ${piece.from + 1} to ${piece.to}`;
    }
    case 'training': {
      const { name } = grid.networks[piece.network]!;
      const preset = grid.presets[piece.preset]!.name;
      return `training ${name} ${preset}${dataset(piece.dataset)}, seed ${piece.seed}, fold ${piece.fold}`;
    }
    case 'audit':
      return `audit${dataset(piece.dataset)} with ${grid.networks[piece.network]!.name}, ${piece.part}`;
    case 'comparison':
      return 'comparison';
  }
}

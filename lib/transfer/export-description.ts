import { z } from 'zod';
import { resizeMethods } from '../dataset/load-picture';
import type { Evaluation } from '../evaluation/evaluation';
import { preprocessingModes } from '../networks/preprocessing-mode';
import { exportVersion } from './export-names';
import { poolingNames } from './pooling';

const side = z.number().int().min(1).max(4096);

/** What there is to know of an exported model: enough to make its pictures ready, to explain it, and to warn. */
export const exportSchema = z.object({
  exportVersion: z.literal(exportVersion),
  title: z.string(),
  classes: z.array(z.string().min(1)).min(2).max(1000).readonly(),
  backbone: z.object({
    name: z.string(),
    title: z.string(),
    /** Layer whose output is the feature map. */
    cut: z.string(),
    weights: z.string(),
    weightsHash: z.string(),
    fineTuned: z.boolean(),
  }),
  /** Side of the square input, pixels. */
  inputSize: side,
  preprocessing: z.enum(preprocessingModes),
  resize: z.enum(resizeMethods),
  pooling: z.enum(poolingNames),
  /** Feature map [h, w, c]. */
  featureShape: z.tuple([side, side, z.number().int().min(1).max(65_536)]).readonly(),
  /** Whether its probabilities were calibrated by a temperature, which is in the head's weights. */
  calibrated: z.boolean(),
  preset: z.string(),
  seed: z.number(),
  synthetic: z.boolean(),
  randomWeights: z.boolean(),
  /** Pictures on each side of the split. */
  pictures: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  grouping: z.enum(['patient', 'image']).optional(),
  evaluation: z.custom<Evaluation>((given) => typeof given === 'object').nullable(),
  /** What an audit of its pictures expects on pictures of a new source; null where none was made. */
  expectation: z.string().nullable(),
  cautions: z.array(z.object({ mark: z.string(), words: z.string() })).readonly(),
  limits: z.array(z.string()).readonly(),
  notice: z.string(),
  /** model.json and its shards. */
  files: z.record(
    z.string().regex(/^[\w-]+\.(json|bin)$/),
    z.object({ bytes: z.number().int().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
  versions: z.record(z.string(), z.string()),
});

export type ExportDescription = z.infer<typeof exportSchema>;

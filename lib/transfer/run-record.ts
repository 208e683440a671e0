import { z } from 'zod';
import { auditSummarySchema } from '../evaluation/audit-summary-schema';
import { manifestSchema } from './manifest';

const epoch = z.object({
  epoch: z.number(),
  loss: z.number(),
  accuracy: z.number(),
  valLoss: z.number(),
  valAccuracy: z.number(),
  learningRate: z.number(),
});

const { classes, backbone, preset, parameters, seed, synthetic } = manifestSchema.shape;

/** run.json of a model folder: what the comparison reads. */
export const runSchema = z.object({
  date: z.string(),
  classes,
  backbone,
  preset,
  parameters,
  seed,
  synthetic,
  history: z.object({ epochs: z.array(epoch), bestEpoch: z.number() }),
  seconds: z.object({ features: z.number(), head: z.number(), total: z.number() }),
  evaluation: z.unknown(),
  /** Of the pictures it was trained on; absent or null where none was made, or by another version. */
  audit: auditSummarySchema.nullish().catch(null),
});

/** earlier-runs.json of a model folder: records of runs whose models it held before. */
export const earlierRunsSchema = z.array(runSchema);

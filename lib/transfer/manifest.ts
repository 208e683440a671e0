import { z } from 'zod';
import { mostJson } from '../core/read-limited';
import { preprocessingModes } from '../networks/preprocessing-mode';
import { formatVersion } from './format-version';
import { poolingNames } from './pooling';
import { presetNames } from './preset';

const hashes = z.array(z.string().regex(/^[0-9a-f]{64}$/)).readonly();
/** Of a file, at most as many bytes as one read takes. */
const fileOf = (most: number) =>
  z.object({ bytes: z.number().int().min(1).max(most), sha256: z.string().length(64) });
const weightsFile = fileOf(2_000_000_000);

/** manifest.json of a model folder. */
export const manifestSchema = z.object({
  formatVersion: z.literal(formatVersion),
  classes: z
    .array(z.string().min(1))
    .min(2)
    .max(1000)
    .refine((names) => new Set(names).size === names.length, 'each class once')
    .readonly(),
  backbone: z.object({
    name: z.string().min(1),
    title: z.string(),
    cut: z.string(),
    weights: z.string(),
    weightsHash: z.string(),
    seed: z.number().int(),
    preprocessing: z.enum(preprocessingModes),
    fineTuned: z.boolean(),
  }),
  preset: z.enum(presetNames),
  parameters: z.object({
    preprocessing: z.enum(['own', 'scale']),
    resize: z.enum(['cv2', 'antialiased']),
    pooling: z.enum(poolingNames),
    standardize: z.boolean(),
    hiddenUnits: z.number(),
    dropout: z.number(),
    l2: z.number(),
    epochs: z.number(),
    batchSize: z.number(),
    learningRate: z.number(),
    decay: z.number(),
    augment: z.union([z.number(), z.literal('each-epoch')]),
    rotation: z.number(),
    balanceClasses: z.boolean(),
    patience: z.number(),
    calibrate: z.boolean(),
    refit: z.boolean(),
    // Models saved before there was a choice.
    refitNorm: z.boolean().default(false),
  }),
  seed: z.number().int(),
  seen: z.object({
    grouping: z.enum(['patient', 'image']).optional(),
    train: hashes,
    validation: hashes,
    test: hashes,
  }),
  data: z
    .array(
      z.object({
        label: z.string(),
        train: z.number(),
        validation: z.number(),
        test: z.number(),
        pictures: z.number(),
        patients: z.number(),
        sources: z.array(z.string()).readonly(),
        views: z.array(z.string()).readonly(),
        licenses: z.array(z.string()).readonly(),
      }),
    )
    .readonly()
    .optional(),
  synthetic: z.boolean(),
  interrupted: z.boolean(),
  inputSize: z.number().int().min(1).max(4096),
  files: z.object({
    'model.json': fileOf(mostJson),
    'weights.bin': weightsFile,
    'norm.bin': weightsFile.optional(),
  }),
  versions: z.record(z.string(), z.string()),
  evaluation: z.unknown(),
  notice: z.string(),
});

export type Manifest = z.infer<typeof manifestSchema>;

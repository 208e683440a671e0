import { readFile } from 'node:fs/promises';
import type { Variable } from '@tensorflow/tfjs';
import { z } from 'zod';
import type { TensorFlow } from '../compute/tensorflow';
import { InputError } from '../core/check';
import { sha256, writeFileAtomic } from '../core/files';
import type { CurvePoint, PretrainSettings } from './pretrained';

const settingsSchema: z.ZodType<PretrainSettings> = z.object({
  pictures: z.number().int(),
  seed: z.number().int(),
  classes: z.number().int(),
  batchSize: z.number().int(),
  learningRate: z.number(),
  weightDecay: z.number(),
});

const pointSchema: z.ZodType<CurvePoint> = z.object({
  pictures: z.number().int(),
  loss: z.number(),
  top1: z.number(),
});

const stateSchema = z.object({
  settings: settingsSchema,
  /** Steps taken. */
  steps: z.number().int(),
  /** Seconds of all runs until here. */
  seconds: z.number(),
  /** Sum of the loss and number of steps since the last point of the curve. */
  lossSum: z.number(),
  lossCount: z.number().int(),
  curve: z.array(pointSchema),
});
export type PretrainState = z.infer<typeof stateSchema>;

/** The first line of the file. */
const headerSchema = z.object({ state: stateSchema, /** Of the numbers after it. */ sha256: z.string() });

/**
 * Writes state and numbers as one file, whole or not at all: a line of JSON with the numbers' SHA-256, then the
 * variables' float32 numbers in order.
 */
export async function writeCheckpoint(
  file: string,
  state: PretrainState,
  variables: readonly Variable[],
): Promise<void> {
  const parts = await Promise.all(variables.map((variable) => variable.data<'float32'>()));
  const numbers = Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
  const header: z.infer<typeof headerSchema> = { state, sha256: sha256(numbers) };
  await writeFileAtomic(file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), numbers]));
}

/** A checkpoint that was read. */
export interface Checkpoint {
  readonly state: PretrainState;
  /**
   * Sets the variables that were written, in the same order.
   * @throws InputError if there are more or fewer numbers than they hold
   */
  restore(tf: TensorFlow, variables: readonly Variable[]): void;
}

function restore(tf: TensorFlow, variables: readonly Variable[], numbers: Float32Array, file: string): void {
  const size = variables.reduce((sum, variable) => sum + variable.size, 0);
  if (numbers.length !== size)
    throw new InputError(`${file} holds ${numbers.length} numbers, not ${size}; delete it to start anew`);
  let offset = 0;
  for (const variable of variables) {
    const values = numbers.subarray(offset, offset + variable.size);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    offset += variable.size;
  }
}

/**
 * Reads a checkpoint.
 * @returns undefined where there is no file
 * @throws InputError if the file is damaged or of another pretraining
 */
export async function readCheckpoint(
  file: string,
  settings: PretrainSettings,
): Promise<Checkpoint | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new InputError(`${file} cannot be read (${error.code})`);
  });
  if (!bytes) return undefined;
  const end = bytes.indexOf('\n');
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)));
  } catch {
    throw new InputError(`${file} is not a checkpoint of a pretraining; delete it to start anew`);
  }
  const { state } = header;
  for (const [name, value] of Object.entries(settings)) {
    const found = state.settings[name as keyof PretrainSettings];
    if (found !== value)
      throw new InputError(
        `${file} is of a pretraining with ${name} ${found}, not ${value}; go on with ${found}, or choose another folder`,
      );
  }
  // A copy, since a Float32Array must start at a multiple of four bytes.
  const numbers = Uint8Array.from(bytes.subarray(end + 1));
  if (sha256(numbers) !== header.sha256) throw new InputError(`${file} is damaged; delete it to start anew`);
  return {
    state,
    restore: (tf, variables) => restore(tf, variables, new Float32Array(numbers.buffer), file),
  };
}

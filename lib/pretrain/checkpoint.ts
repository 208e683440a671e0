import { readFile } from 'node:fs/promises';
import type { Variable } from '@tensorflow/tfjs';
import { z } from 'zod';
import { InputError } from '../core/check';
import { writeFileAtomic } from '../core/files';

/** What the pretraining is; a checkpoint of another one is refused. */
const settingsSchema = z.object({
  pictures: z.number().int(),
  seed: z.number().int(),
  classes: z.number().int(),
  batchSize: z.number().int(),
  learningRate: z.number(),
  weightDecay: z.number(),
});
export type PretrainSettings = Readonly<z.infer<typeof settingsSchema>>;

const pointSchema = z.object({
  pictures: z.number().int(),
  loss: z.number(),
  top1: z.number(),
});
/** How far it had come when so many pictures had been seen. */
export type CurvePoint = Readonly<z.infer<typeof pointSchema>>;

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

/**
 * Writes state and numbers as one file, whole or not at all: a line of JSON, then the variables' float32 numbers in
 * order.
 */
export async function writeCheckpoint(
  file: string,
  state: PretrainState,
  variables: readonly Variable[],
): Promise<void> {
  const parts = await Promise.all(variables.map((variable) => variable.data<'float32'>()));
  const numbers = parts.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  await writeFileAtomic(file, Buffer.concat([Buffer.from(`${JSON.stringify(state)}\n`), ...numbers]));
}

/**
 * The state of a checkpoint, and its numbers.
 * @returns undefined where there is no file
 * @throws InputError if the file is damaged or of another pretraining
 */
export async function readCheckpoint(
  file: string,
  settings: PretrainSettings,
): Promise<{ state: PretrainState; numbers: Float32Array } | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new InputError(`${file} cannot be read (${error.code})`);
  });
  if (!bytes) return undefined;
  const end = bytes.indexOf('\n');
  let state: PretrainState;
  try {
    state = stateSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)));
  } catch {
    throw new InputError(`${file} is not a checkpoint of a pretraining; delete it to start anew`);
  }
  for (const [name, value] of Object.entries(settings)) {
    const found = state.settings[name as keyof PretrainSettings];
    if (found !== value)
      throw new InputError(
        `${file} is of a pretraining with ${name} ${found}, not ${value}; go on with ${found}, or choose another folder`,
      );
  }
  // A copy, since a Float32Array must start at a multiple of four bytes.
  return { state, numbers: new Float32Array(Uint8Array.from(bytes.subarray(end + 1)).buffer) };
}

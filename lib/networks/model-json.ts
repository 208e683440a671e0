import { z } from 'zod';
import { asError, InputError } from '../core/check';

const entrySchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: z
    .object({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});
/** One array among the weights. */
export type Entry = z.infer<typeof entrySchema>;

// A shard's name is used as a path: none may leave the folder.
const shardSchema = z.string().regex(/^[\w.-]+$/, 'a plain file name is needed');

const modelSchema = z.looseObject({
  format: z.string().optional(),
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(z.object({ paths: z.array(shardSchema), weights: z.array(entrySchema) })),
});

/** The description in a model.json, checked. @throws InputError saying what is wrong with it */
export function parseModelJson(text: string, file: string): z.infer<typeof modelSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON: ${asError(error).message}`);
  }
  if ((json as { format?: unknown } | null)?.format === 'graph-model')
    throw new InputError(
      `${file} is a graph-model, which cannot be cut at a layer; a layers-model is needed`,
    );
  const { data, error } = modelSchema.safeParse(json);
  if (!data)
    throw new InputError(
      `${file} is not the model.json of a layers-model: ${error.issues[0]!.path.join('.')}: ${error.issues[0]!.message}`,
    );
  return data;
}

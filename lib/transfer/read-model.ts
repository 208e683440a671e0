import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { asError, InputError } from '../core/check';
import { hashFile } from '../core/files';
import { mostJson, readLimited } from '../core/read-limited';
import { backboneReference } from './backbone-reference';
import { featureRowShape } from './feature-settings';
import { formatVersion } from './format-version';
import type { Dense } from './head';
import { type Manifest, manifestSchema } from './manifest';
import { createModel, type LendBackbone, type TransferModel } from './model';
import { withBackbone } from './open-backbone';
import { runSchema } from './run-record';

const topologySchema = z.object({
  weightsManifest: z
    .array(
      z.object({
        weights: z.array(
          z.object({
            name: z.string(),
            shape: z.array(z.number().int().min(0).max(1e9)),
            dtype: z.literal('float32'),
          }),
        ),
      }),
    )
    .length(1),
});

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const bytes = await readLimited(file, mostJson).catch((error) => {
    throw error instanceof InputError
      ? error
      : new InputError(`${file} cannot be read (${error.code ?? error.message}); is this a model folder?`);
  });
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    const detail =
      error instanceof z.ZodError
        ? error.issues.map(({ path: where, message }) => `${where.join('.')}: ${message}`).join('; ')
        : asError(error).message;
    throw new InputError(`${file} is not what this version writes (${detail}); train the model again`);
  }
}

/** A file of the model, if the manifest lists it. */
async function readChecked(folder: string, name: keyof Manifest['files'], { files }: Manifest) {
  const file = path.join(folder, name);
  const expected = files[name];
  if (!expected)
    throw new InputError(
      `${path.join(folder, 'manifest.json')} does not list ${name}; train the model again`,
    );
  const size = await stat(file).then(
    (found) => found.size,
    () => -1,
  );
  // Hashed as a stream, so that a file that is not to be read is refused before it is in memory.
  const isSized = size === expected.bytes;
  if (!isSized || (await hashFile(file)) !== expected.sha256) {
    const found = size < 0 ? 'is missing' : isSized ? 'has other bytes' : `has ${size} bytes`;
    throw new InputError(
      `${file} ${found}; the manifest says ${expected.bytes} bytes with SHA-256 ${expected.sha256}. ` +
        'The model was changed after it was saved; copy it again or train it again',
    );
  }
  return readFile(file);
}

/** The bytes that a model.json describes. */
const describedBytes = ({ weightsManifest: [group] }: z.infer<typeof topologySchema>): number =>
  group!.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 4), 0);

/** The dense layers head_1, head_2 … among the weights of a layers-model. */
function headLayers(file: string, topology: z.infer<typeof topologySchema>, weights: Buffer): Dense[] {
  const arrays = new Map<string, { shape: number[]; values: Float32Array }>();
  let offset = 0;
  for (const { name, shape } of topology.weightsManifest[0]!.weights) {
    const length = shape.reduce((a, b) => a * b, 1) * 4;
    if (offset + length > weights.length)
      throw new InputError(`${file} needs more weights than weights.bin holds`);
    if (name.startsWith('head_')) {
      // A copy, since a Float32Array must start at a multiple of four bytes.
      const values = new Float32Array(Uint8Array.from(weights.subarray(offset, offset + length)).buffer);
      arrays.set(name, { shape, values });
    }
    offset += length;
  }
  const layers: Dense[] = [];
  for (let i = 1; arrays.has(`head_${i}/kernel`); i++) {
    const kernel = arrays.get(`head_${i}/kernel`)!;
    const bias = arrays.get(`head_${i}/bias`);
    const [inputs, units] = kernel.shape as [number, number];
    const fits = kernel.shape.length === 2 && bias?.shape.length === 1 && bias.shape[0] === units;
    if (!fits || (i > 1 && layers.at(-1)!.units !== inputs))
      throw new InputError(`${file}: the shapes of head_${i} (${kernel.shape}; ${bias?.shape}) do not fit`);
    layers.push({ inputs, units, kernel: kernel.values, bias: bias.values });
  }
  if (!layers.length) throw new InputError(`${file} has no layer named head_1`);
  return layers;
}

/** What `loadModel` does. */
export async function readModel(folder: string): Promise<TransferModel> {
  const manifestFile = path.join(folder, 'manifest.json');
  const { formatVersion: version } = await readJson(manifestFile, z.object({ formatVersion: z.unknown() }));
  if (version !== formatVersion)
    throw new InputError(
      `${manifestFile} has format version ${String(version)}; this program reads version ${formatVersion}. Train the model again`,
    );
  const manifest = await readJson(manifestFile, manifestSchema);
  const topologyFile = path.join(folder, 'model.json');
  await readChecked(folder, 'model.json', manifest);
  const topology = topologySchema.safeParse(await readJson(topologyFile, z.unknown()));
  if (!topology.success)
    throw new InputError(`${topologyFile} is not a tfjs layers-model with float32 weights`);
  const described = describedBytes(topology.data);
  if (described !== manifest.files['weights.bin'].bytes)
    throw new InputError(
      `${topologyFile} describes ${described} bytes of weights, its manifest ${manifest.files['weights.bin'].bytes}; train the model again`,
    );
  const weights = await readChecked(folder, 'weights.bin', manifest);
  const layers = headLayers(topologyFile, topology.data, weights);
  if (layers.at(-1)!.units !== manifest.classes.length)
    throw new InputError(
      `${topologyFile} tells ${layers.at(-1)!.units} classes apart, its manifest names ${manifest.classes.length}`,
    );
  const { history, seconds } = await readJson(path.join(folder, 'run.json'), runSchema);
  const { backbone, classes, preset, parameters, seed, seen, data, synthetic, interrupted } = manifest;
  const { title, cut, preprocessing } = backbone;
  const refitted = parameters.refitNorm && !backbone.fineTuned;
  if (refitted) await readChecked(folder, 'norm.bin', manifest);
  const norm = refitted ? path.resolve(folder, 'norm.bin') : undefined;
  const reference = backbone.fineTuned
    ? { name: path.resolve(folder), title, cut, preprocessing }
    : { ...backboneReference(backbone), ...(norm && { norm }) };
  const lend: LendBackbone = (work) =>
    withBackbone(reference, (opened) => {
      if (!backbone.fineTuned && opened.weightsHash !== backbone.weightsHash)
        throw new InputError(
          `The weights of ${backbone.title} (${backbone.weights}) are not those that the model in ${folder} was trained on`,
        );
      const features = featureRowShape(opened, parameters.pooling).reduce((a, b) => a * b);
      if (features !== layers[0]!.inputs)
        throw new InputError(
          `${topologyFile} takes ${layers[0]!.inputs} features, ${backbone.title} gives ${features}; train the model again`,
        );
      return work(opened);
    });
  return createModel(
    {
      classes,
      backbone,
      preset,
      parameters,
      seed,
      history,
      seconds,
      seen,
      ...(data && { data }),
      synthetic,
      interrupted,
      head: { layers },
    },
    lend,
  );
}

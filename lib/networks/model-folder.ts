import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { io, LayersModel } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { asError, InputError } from '../core/check';
import { mostJson, readLimited } from '../core/read-limited';
import type { Entry } from './model-json';
import type { StoredLayer, StoredWeights } from './stored-weights';

/** A layers-model of TensorFlow.js on disk, with its parts read and their sizes checked. */
export interface ModelFolder {
  readonly folder: string;
  /** model.json and its shards: all the files it consists of. */
  readonly files: readonly string[];
  readonly topology: object;
  readonly entries: readonly Entry[];
  /** The shards one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const widths = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };
const byteLength = ({ shape, dtype, quantization }: Entry): number =>
  shape.reduce((product, side) => product * side, widths[quantization?.dtype ?? dtype]);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The most bytes that a model's weights may take: four times VGG16 with its classifier. */
const mostBytes = 2_000_000_000;

const unread = (file: string, error: unknown): InputError =>
  error instanceof InputError ? error : new InputError(`${file} cannot be read: ${asError(error).message}`);

const read = (file: string, most: number): Promise<Buffer> =>
  readLimited(file, most).catch((error) => {
    throw unread(file, error);
  });

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error) => {
    throw unread(file, error);
  });
  if (!found.isFile()) throw new InputError(`${file} is no file`);
  return found.size;
}

/** The shards of a group of weights, read once their sizes are those described. */
async function readShards(files: readonly string[], weights: readonly Entry[]): Promise<Buffer[]> {
  const expected = sum(weights.map(byteLength));
  const found = sum(await Promise.all(files.map(sizeOf)));
  if (found !== expected)
    throw new InputError(
      `${files.join(', ')}: ${found} bytes where model.json describes ${expected}; fetch the model again`,
    );
  if (found > mostBytes)
    throw new InputError(
      `${files.join(', ')}: ${found} bytes; a model of more than ${mostBytes} is not read`,
    );
  return Promise.all(files.map((file) => read(file, mostBytes)));
}

/** Path of model.json, given it or its folder; undefined where there is none. */
export async function modelFile(at: string): Promise<string | undefined> {
  const file = path.basename(at) === 'model.json' ? at : path.join(at, 'model.json');
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? path.resolve(file) : undefined;
}

/**
 * Reads a layers-model's description and weights on any back end (`file://` works on one only).
 * @param file its model.json
 * @throws InputError if a part is absent, damaged, or of another size than described or than can be; before it is in
 * memory
 */
export async function readModelFolder(file: string): Promise<ModelFolder> {
  // Late, because what checks the description takes longer to load than the rest of the library.
  const { parseModelJson } = await import('./model-json.js');
  const folder = path.dirname(file);
  const { modelTopology, weightsManifest } = parseModelJson(
    (await read(file, mostJson)).toString('utf8'),
    file,
  );
  const parts: Buffer[] = [];
  for (const { paths, weights } of weightsManifest) {
    const files = paths.map((name) => path.join(folder, name));
    for (const shard of await readShards(files, weights)) parts.push(shard);
  }
  const bytes = new Uint8Array(sum(parts.map(({ length }) => length)));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  const shardFiles = weightsManifest.flatMap(({ paths }) => paths.map((name) => path.join(folder, name)));
  const entries = weightsManifest.flatMap(({ weights }) => weights);
  return { folder, files: [file, ...shardFiles], topology: modelTopology, entries, bytes };
}

/** The weights alone, layer by layer: a weight's name is its layer's, a slash, and its own. */
export function storedWeights(tf: TensorFlow, { folder, entries, bytes }: ModelFolder): StoredWeights {
  const layers = new Map<string, StoredLayer['arrays'][number][]>();
  let offset = 0;
  for (const entry of entries) {
    const from = offset;
    offset += byteLength(entry);
    const to = offset;
    const layer = entry.name.slice(0, Math.max(entry.name.lastIndexOf('/'), 0)) || entry.name;
    const arrays = layers.get(layer) ?? [];
    layers.set(layer, arrays);
    arrays.push({
      name: entry.name,
      shape: entry.shape,
      read: () => tf.io.decodeWeights(bytes.slice(from, to).buffer, [entry])[entry.name]!,
    });
  }
  return { file: folder, layers: [...layers].map(([name, arrays]) => ({ name, arrays })), close: () => {} };
}

/** The whole model, as it was saved. @throws InputError if TensorFlow.js cannot build it */
export async function buildModel(tf: TensorFlow, model: ModelFolder): Promise<LayersModel> {
  const load = async (): Promise<io.ModelArtifacts> => ({
    modelTopology: model.topology,
    weightSpecs: [...model.entries],
    weightData: model.bytes.buffer,
  });
  try {
    return await tf.loadLayersModel({ load });
  } catch (error) {
    const { keras_version: saved } = model.topology as { keras_version?: unknown };
    const remedy = `${saved}`.startsWith('3.')
      ? `. It was saved by Keras ${saved}, whose form TensorFlow.js does not read: save it with tf_keras, as docs/adding-a-network.md has it`
      : '';
    throw new InputError(
      `${model.folder} holds a model that cannot be built: ${asError(error).message}${remedy}`,
    );
  }
}

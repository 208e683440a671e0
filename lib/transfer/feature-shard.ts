import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/check';
import { commit, exists, sha256, writeFileAtomic, writeJson } from '../core/files';
import { mostJson, readLimited } from '../core/read-limited';
import { WriteError } from '../core/write-error';

/** Rows of numbers by key; a row is the features of one picture or of one rotated copy of it. */
export type FeatureRows = ReadonlyMap<string, Float32Array>;

/**
 * What lies beside a shard as JSON, so that nobody reads and hashes a shard to learn what is in it. It is written last:
 * a shard without one does not count.
 */
export interface ShardManifest {
  readonly version: 1;
  /** Key of each row. */
  readonly keys: readonly string[];
  /** Numbers a row. */
  readonly dimension: number;
  /** Where the first row begins in the shard, bytes; rows follow each other, float32, little-endian. */
  readonly offset: number;
  /** Size of the shard, bytes. */
  readonly bytes: number;
  /** `digestLength` bytes a row, base64: see `digestOf`. */
  readonly digests: string;
}

const digestLength = 16;

/** SHA-256, cut to 16 bytes, of a row and of what it is said to be of. */
const digestOf = (key: string, row: Uint8Array): Buffer =>
  createHash('sha256').update(key).update('\n').update(row).digest().subarray(0, digestLength);

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The files of a shard: rows as Arrow, and what is in them. `name` is the SHA-256 of the former. */
export const shardFiles = (folder: string, name: string) => ({
  rows: path.join(folder, `${name}.arrow`),
  manifest: path.join(folder, `${name}.json`),
});

/** The names of the shards among a folder's entries: those that have a manifest. */
export const shardNames = (entries: readonly string[]): string[] =>
  entries.flatMap((entry) => /^([0-9a-f]{64})\.json$/.exec(entry)?.slice(1) ?? []);

async function asArrow(rows: FeatureRows): Promise<{ bytes: Uint8Array; offset: number; dimension: number }> {
  const {
    Field,
    FixedSizeList,
    Float32,
    Table,
    Utf8,
    makeData,
    makeVector,
    tableFromIPC,
    tableToIPC,
    vectorFromArray,
  } = await import('apache-arrow');
  const dimension = rows.values().next().value!.length;
  const values = new Float32Array(rows.size * dimension);
  [...rows.values()].forEach((row, i) => {
    values.set(row, i * dimension);
  });
  const child = makeData({ type: new Float32(), length: values.length, data: values });
  const type = new FixedSizeList(dimension, new Field('item', new Float32(), false));
  const table = new Table({
    key: vectorFromArray([...rows.keys()], new Utf8()),
    features: makeVector(makeData({ type, length: rows.size, child })),
  });
  const bytes = tableToIPC(table, 'file');
  // Arrow's reader does not copy: its numbers lie where they are in the file.
  const read: Float32Array = tableFromIPC(bytes).getChild('features')!.data[0]!.children[0]!.values;
  return { bytes, offset: read.byteOffset - bytes.byteOffset, dimension };
}

/** A shard and what is in it, before or after it lies in a folder. */
export interface EncodedShard {
  /** SHA-256 of `bytes`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly manifest: ShardManifest;
}

/**
 * Rows as one Arrow IPC file (`key: utf8`, `features: FixedSizeList<float32>`) whose name is its own SHA-256.
 * @param rows one or more, of equal length
 */
export async function encodeShard(rows: FeatureRows): Promise<EncodedShard> {
  const { bytes, offset, dimension } = await asArrow(rows);
  const digests = Buffer.concat([...rows].map(([key, row]) => digestOf(key, bytesOf(row))));
  const manifest: ShardManifest = {
    version: 1,
    keys: [...rows.keys()],
    dimension,
    offset,
    bytes: bytes.byteLength,
    digests: digests.toString('base64'),
  };
  return { name: sha256(bytes), bytes, manifest };
}

/** Another process that keeps the cache within its limit may remove the folder before the first file is in it. */
async function writeInFolder(write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof WriteError && error.code === 'ENOENT' && tries < 10)) throw error;
    }
}

/** Says beside the shards of a folder what they are, where that is not said yet. */
export async function placeDescription(
  folder: string,
  description: Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = path.join(folder, 'description.json');
  if (!(await exists(file))) await writeInFolder(() => writeJson(file, description));
}

/**
 * Puts a shard into a folder, its manifest last: it is whole or absent, is never changed, and two processes may write
 * at once, or empty the cache.
 * @throws WriteError where the system refuses
 */
export async function placeShard(folder: string, { name, bytes, manifest }: EncodedShard): Promise<void> {
  const files = shardFiles(folder, name);
  await writeInFolder(() => writeFileAtomic(files.rows, bytes));
  await writeInFolder(() => writeFileAtomic(files.manifest, JSON.stringify(manifest)));
}

/**
 * Writes rows as a shard; see `encodeShard` and `placeShard`.
 * @returns name and manifest
 */
export async function writeShard(folder: string, rows: FeatureRows): Promise<Omit<EncodedShard, 'bytes'>> {
  const { bytes, ...shard } = await encodeShard(rows);
  await placeShard(folder, { bytes, ...shard });
  return shard;
}

/** The manifest of a shard; undefined where it is gone, "damaged" where it is none. */
export async function readManifest(
  folder: string,
  name: string,
): Promise<ShardManifest | 'damaged' | undefined> {
  const bytes = await readLimited(shardFiles(folder, name).manifest, mostJson).catch(
    (error: NodeJS.ErrnoException) => {
      if (error instanceof InputError) return 'damaged' as const;
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    },
  );
  if (bytes === undefined || bytes === 'damaged') return bytes;
  try {
    const manifest: Partial<ShardManifest> = JSON.parse(bytes.toString('utf8'));
    const { version, keys, dimension, offset, digests } = manifest;
    const isWhole =
      version === 1 &&
      Array.isArray(keys) &&
      keys.every((key) => typeof key === 'string') &&
      [dimension, offset].every((number) => Number.isSafeInteger(number) && number! >= 0) &&
      typeof digests === 'string';
    return isWhole ? (manifest as ShardManifest) : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** Rows that follow each other in a shard are read at once, up to so many bytes. */
const readAtOnce = 4e6;

/** Neighbours among row numbers as [first, count]. */
function runs(rows: readonly number[], most: number): [number, number][] {
  const found: [number, number][] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && row === last[0] + last[1] && last[1] < most) last[1]++;
    else if (!last || row >= last[0] + last[1]) found.push([row, 1]);
  }
  return found;
}

/**
 * Reads rows of a shard by number and hands each to `take`, in no order. Only these are read, and each is checked.
 * @returns "read"; "gone" where another process removed the shard; "damaged" where a row is not what was written
 */
export async function readShard(
  folder: string,
  name: string,
  { keys, dimension, offset, digests }: ShardManifest,
  rows: readonly number[],
  take: (row: number, values: Float32Array) => void,
): Promise<'read' | 'gone' | 'damaged'> {
  const file = await open(shardFiles(folder, name).rows).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (!file) return 'gone';
  try {
    const expected = Buffer.from(digests, 'base64');
    const rowBytes = dimension * 4;
    // Before there is room made for rows of any length that a manifest may name.
    if (offset + keys.length * rowBytes > (await file.stat()).size) return 'damaged';
    for (const [first, count] of runs(rows, Math.max(1, Math.floor(readAtOnce / rowBytes)))) {
      const values = new Float32Array(count * dimension);
      const { bytesRead } = await file.read(bytesOf(values), 0, count * rowBytes, offset + first * rowBytes);
      if (bytesRead < count * rowBytes) return 'damaged';
      for (let i = 0; i < count; i++) {
        const row = first + i;
        const numbers = values.subarray(i * dimension, (i + 1) * dimension);
        const digest = expected.subarray(row * digestLength, (row + 1) * digestLength);
        if (!digestOf(keys[row]!, bytesOf(numbers)).equals(digest)) return 'damaged';
        take(row, numbers);
      }
    }
    return 'read';
  } finally {
    await file.close();
  }
}

/** Sets a damaged shard aside under the ending `.damaged`, for whoever wants to look; others may do so at once. */
export async function setAside(folder: string, name: string): Promise<void> {
  const { rows, manifest } = shardFiles(folder, name);
  await rm(manifest, { force: true });
  await commit(rows, `${rows}.damaged`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Removes a shard, its manifest first. */
export async function removeShard(folder: string, name: string): Promise<void> {
  const { rows, manifest } = shardFiles(folder, name);
  await rm(manifest, { force: true });
  await rm(rows, { force: true });
}

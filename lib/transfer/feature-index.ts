import { readdir } from 'node:fs/promises';
import { bounded } from '../core/bounded';
import { touch } from '../core/touch';
import {
  readManifest,
  readShard,
  type ShardManifest,
  setAside,
  shardFiles,
  shardNames,
} from './feature-shard';

type TakeRow = (key: string, values: Float32Array) => void;

/** Which shard has the row of which key. */
export interface FeatureIndex {
  has(key: string): boolean;
  /** Takes note of a new shard. */
  learn(shard: Shard): void;
  /**
   * Reads rows of so many numbers and hands each to `take`, in no order.
   * @returns the keys whose rows could not be read, because a shard is damaged or was removed; they are then unknown
   */
  read(keys: ReadonlySet<string>, dimension: number, take: TakeRow): Promise<Set<string>>;
}

export interface Shard {
  readonly name: string;
  readonly manifest: ShardManifest;
}

/** Files open at once. */
const filesAtOnce = 16;

/**
 * Looks through the manifests in a folder of features; no shard is read until its rows are wanted.
 * @param wanted the keys that will be asked for; others take no memory
 * @param onDamage told of each shard that was found damaged; it is set aside under the ending `.damaged`
 */
export async function openFeatureIndex(
  folder: string,
  wanted: ReadonlySet<string>,
  onDamage: (file: string) => void,
): Promise<FeatureIndex> {
  const places = new Map<string, { readonly shard: Shard; readonly row: number }>();
  const looked = new Set<string>();
  const learn = (shard: Shard) => {
    looked.add(shard.name);
    shard.manifest.keys.forEach((key, row) => {
      if (wanted.has(key)) places.set(key, { shard, row });
    });
  };
  const damaged = async (name: string) => {
    await setAside(folder, name);
    onDamage(shardFiles(folder, name).rows);
  };
  const look = async () => {
    const names = shardNames(await readdir(folder).catch(() => []));
    await bounded(
      names.filter((name) => !looked.has(name)),
      filesAtOnce,
      async (name) => {
        const manifest = await readManifest(folder, name);
        if (manifest === 'damaged') await damaged(name);
        else if (manifest) learn({ name, manifest });
      },
    );
  };
  const readOnce = async (keys: ReadonlySet<string>, dimension: number, take: TakeRow) => {
    const rows = new Map<Shard, number[]>();
    for (const key of keys) {
      const place = places.get(key);
      if (place) rows.set(place.shard, [...(rows.get(place.shard) ?? []), place.row]);
    }
    const unread = new Set(keys);
    let gone = false;
    for (const [shard, numbers] of rows) {
      const { name, manifest } = shard;
      const outcome =
        manifest.dimension === dimension
          ? await readShard(folder, name, manifest, numbers, (row, values) => {
              take(manifest.keys[row]!, values);
              unread.delete(manifest.keys[row]!);
            })
          : 'damaged';
      if (outcome === 'damaged') await damaged(name);
      if (outcome === 'gone') gone = true;
      if (outcome === 'read') await touch(shardFiles(folder, name).manifest);
    }
    for (const key of unread) places.delete(key);
    return { unread, gone };
  };
  await look();
  return {
    has: (key) => places.has(key),
    learn,
    async read(keys, dimension, take) {
      const { unread, gone } = await readOnce(keys, dimension, take);
      if (!gone) return unread;
      // Another process merged shards: their rows are in a new one.
      await look();
      return (await readOnce(unread, dimension, take)).unread;
    },
  };
}

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { withFileLock } from '../core/file-lock';
import { readManifest, readShard, removeShard, shardFiles, shardNames, writeShard } from './feature-shard';

/** Shards smaller than half of this are merged, up to this size, bytes. */
const mergedBytes = 16e6;
/** So many small ones may lie beside each other. */
const most = 32;

async function smallShards(folder: string): Promise<{ name: string; bytes: number }[]> {
  const names = shardNames(await readdir(folder));
  const found = await Promise.all(
    names.map((name) =>
      stat(shardFiles(folder, name).rows).then(
        ({ size }) => ({ name, bytes: size }),
        () => ({ name, bytes: Number.POSITIVE_INFINITY }),
      ),
    ),
  );
  return found.filter(({ bytes }) => bytes < mergedBytes / 2);
}

async function mergeGroup(folder: string, names: readonly string[]): Promise<void> {
  const rows = new Map<string, Float32Array>();
  const whole: string[] = [];
  for (const name of names) {
    const manifest = await readManifest(folder, name);
    if (!manifest || manifest === 'damaged') continue;
    const all = manifest.keys.map((_, row) => row);
    const outcome = await readShard(folder, name, manifest, all, (row, values) => {
      rows.set(manifest.keys[row]!, values);
    });
    // A damaged one is left to whoever asks for its rows, who names it.
    if (outcome === 'read') whole.push(name);
  }
  if (whole.length < 2) return;
  const { name: merged } = await writeShard(folder, rows);
  for (const name of whole) if (name !== merged) await removeShard(folder, name);
}

/**
 * Merges small shards where there are many, so that pictures that came one by one do not leave a file each. Whoever
 * reads meanwhile finds a shard gone, and looks again.
 */
export async function mergeShards(folder: string): Promise<void> {
  if ((await smallShards(folder)).length <= most) return;
  await withFileLock(path.join(folder, '.merging'), async () => {
    // Another process may have merged them while this one waited.
    const found = await smallShards(folder);
    if (found.length <= most) return;
    let group: string[] = [];
    let bytes = 0;
    for (const shard of found) {
      if (bytes + shard.bytes > mergedBytes) {
        await mergeGroup(folder, group);
        [group, bytes] = [[], 0];
      }
      group.push(shard.name);
      bytes += shard.bytes;
    }
    await mergeGroup(folder, group);
  });
}

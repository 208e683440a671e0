import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256, writeFileAtomic } from '../core/files';
import { cacheFolder } from '../core/settings';

/** What is known of the pictures of one dataset: which of them were decoded whole, by their hashes. */
export interface DecodedPictures {
  has(sha256: string): boolean;
  /** Remembers these too. */
  keep(hashes: Iterable<string>): Promise<void>;
}

/** The pictures of a dataset that were decoded whole before: decoding them again for nothing would take minutes. */
export async function decodedPictures(dataset: string): Promise<DecodedPictures> {
  const file = path.join(cacheFolder(), 'decoded', `${sha256(path.resolve(dataset)).slice(0, 24)}.txt`);
  const text = await readFile(file, 'utf8').catch(() => '');
  const known = new Set(text.split('\n').filter(Boolean));
  return {
    has: (hash) => known.has(hash),
    async keep(hashes) {
      const before = known.size;
      for (const hash of hashes) known.add(hash);
      // A cache that cannot be written costs time, not correctness.
      if (known.size > before)
        await writeFileAtomic(file, `${[...known].join('\n')}\n`).catch(() => undefined);
    },
  };
}

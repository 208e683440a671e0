import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const { releaseBackbone } = createRequire(import.meta.url)('../dist/transfer/open-backbone.js');

/**
 * Does something in a new folder, removed at the end, with `XRAY_CACHE` as it was and no network open afterwards.
 * @param work is given the folder, and may set `XRAY_CACHE`
 */
export async function inScratch(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  const cache = process.env.XRAY_CACHE;
  try {
    return await work(folder);
  } finally {
    if (cache === undefined) delete process.env.XRAY_CACHE;
    else process.env.XRAY_CACHE = cache;
    await releaseBackbone();
    rmSync(folder, { recursive: true, force: true });
  }
}

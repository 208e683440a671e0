import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { listFeatures } from '../transfer/feature-cache';
import { inOrigin } from '../transfer/feature-folder';

/** Does work whose features follow from nothing that the cache had before, and removes them at its end. */
export async function onOwnFeatures<T>(work: () => Promise<T>): Promise<T> {
  const attempt = randomUUID();
  try {
    return await inOrigin({ attempt }, work);
  } finally {
    for (const { folder, settings } of await listFeatures())
      if (settings.attempt === attempt) await rm(folder, { recursive: true, force: true });
  }
}

import { AsyncLocalStorage } from 'node:async_hooks';
import path from 'node:path';
import { byText } from '../core/by-text';
import { sha256 } from '../core/files';
import { cacheFolder } from '../core/settings';

/** What makes features what they are; two callers with equal descriptions share a folder of the cache. */
export type FeatureDescription = Readonly<Record<string, string | number>>;

/** Where the features of all descriptions are kept. */
export const featuresFolder = (): string => path.join(cacheFolder(), 'features');

/** The folder of the features with this description. */
export function featureFolder(description: FeatureDescription): string {
  const entries = Object.entries(description).sort(([a], [b]) => byText(a, b));
  const name = String(description.backbone)
    .replace(/[^\w.-]+/g, '-')
    .slice(-40);
  return path.join(featuresFolder(), `${name}-${sha256(JSON.stringify(entries)).slice(0, 16)}`);
}

const origins = new AsyncLocalStorage<FeatureDescription>();

/**
 * Does work whose features are kept apart from all others, under what `origin` adds to their description. The last bits
 * of features depend on the pictures that share a batch and, of some networks, on the number of threads: work that
 * promises results to the bit must not meet rows that were computed otherwise.
 */
export const inOrigin = <T>(origin: FeatureDescription, work: () => Promise<T>): Promise<T> =>
  origins.run(origin, work);

/** The description with what the origin adds that the caller works in. */
export const withOrigin = (description: FeatureDescription): FeatureDescription => ({
  ...description,
  ...origins.getStore(),
});

import path from 'node:path';
import { sha256 } from '../core/files';
import { cacheFolder } from '../core/settings';

/** What makes features what they are; two callers with equal descriptions share a folder of the cache. */
export type FeatureDescription = Readonly<Record<string, string | number>>;

/** Where the features of all descriptions are kept. */
export const featuresFolder = (): string => path.join(cacheFolder(), 'features');

/** The folder of the features with this description. */
export function featureFolder(description: FeatureDescription): string {
  const entries = Object.entries(description).sort(([a], [b]) => (a < b ? -1 : 1));
  const name = String(description.backbone)
    .replace(/[^\w.-]+/g, '-')
    .slice(-40);
  return path.join(featuresFolder(), `${name}-${sha256(JSON.stringify(entries)).slice(0, 16)}`);
}

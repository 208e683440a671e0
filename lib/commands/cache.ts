import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { CachedFeatures } from '../transfer/feature-cache';
import type { KeptBase } from '../transfer/kept-bases';
import { run } from './run';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const usedAt = (time: Date): string => `used ${time.toISOString().slice(0, 16).replace('T', ' ')}`;

const baseLine = ({ kind, path: file, bytes, lastUsed }: KeptBase): string =>
  [`${kind} ${path.basename(file)}`, megabytes(bytes), usedAt(lastUsed)].join(', ');

const line = ({ network, cut, weights, weightsHash, settings, pictures, bytes, lastUsed }: CachedFeatures) =>
  [
    `${network}${cut && ` up to ${cut}`}`,
    [weights, weightsHash.slice(0, 8)].filter(Boolean).join(' '),
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(' '),
    `${pictures} pictures`,
    megabytes(bytes),
    usedAt(lastUsed),
  ]
    .filter(Boolean)
    .join(', ');

/** `cache`: what features and changed bases are kept; `cache clear` removes them. */
export function addCache(program: Command): void {
  const cache = program
    .command('cache')
    .description('cached features and fine-tuned bases: what is there, and clearing it');
  cache
    .command('list', { isDefault: true })
    .description('network, weights, settings, pictures, size and last use of what is kept')
    .option('--json', 'print one JSON object')
    .action((_, command: Command) =>
      run(command, async () => {
        const { listFeatures } = await import('../transfer/feature-cache.js');
        const { listKeptBases } = await import('../transfer/kept-bases.js');
        const { cacheFolder, cacheLimit } = await import('../core/settings.js');
        const features = await listFeatures();
        const bases = await listKeptBases();
        const bytes = [...features, ...bases].reduce((sum, cached) => sum + cached.bytes, 0);
        const limit = cacheLimit();
        return {
          json: { folder: cacheFolder(), bytes, limit, features, bases },
          text: [
            ...features.map(line),
            ...bases.map(baseLine),
            `${megabytes(bytes)} of ${megabytes(limit)} (XRAY_CACHE_LIMIT) in ${cacheFolder()}`,
          ].join('\n'),
        };
      }),
    );
  cache
    .command('clear')
    .description('remove cached features, which are computed again when needed')
    .option('--network <name>', 'those of one network, named as in the list')
    .option('--all', 'those of all networks, and fine-tuned bases that belong to no saved model')
    .option('--json', 'print one JSON object')
    .action(({ network, all }, command: Command) =>
      run(command, async () => {
        if ((network === undefined) === (all === undefined))
          throw new InvalidArgumentError('say --network NAME, or --all');
        const { clearFeatures } = await import('../transfer/feature-cache.js');
        const { clearKeptBases } = await import('../transfer/kept-bases.js');
        const features = await clearFeatures(network);
        const bases = all ? await clearKeptBases() : { folders: 0, bytes: 0 };
        const removed = {
          folders: features.folders + bases.folders,
          bytes: features.bytes + bases.bytes,
        };
        return { json: removed, text: `${removed.folders} removed, ${megabytes(removed.bytes)} freed` };
      }),
    );
}

import { type Command, InvalidArgumentError } from 'commander';
import type { CachedFeatures } from '../transfer/feature-cache';
import { run } from './run';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const line = ({ network, cut, weights, weightsHash, settings, pictures, bytes, lastUsed }: CachedFeatures) =>
  [
    `${network}${cut && ` up to ${cut}`}`,
    [weights, weightsHash.slice(0, 8)].filter(Boolean).join(' '),
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(' '),
    `${pictures} pictures`,
    megabytes(bytes),
    `used ${lastUsed.toISOString().slice(0, 16).replace('T', ' ')}`,
  ]
    .filter(Boolean)
    .join(', ');

/** `cache`: what features are kept; `cache clear` removes them. */
export function addCache(program: Command): void {
  const cache = program.command('cache').description('cached features: what is there, and clearing it');
  cache
    .command('list', { isDefault: true })
    .description('network, weights, settings, pictures, size and last use of what is kept')
    .option('--json', 'print one JSON object')
    .action((_, command: Command) =>
      run(command, async () => {
        const { listFeatures } = await import('../transfer/feature-cache.js');
        const { featuresFolder } = await import('../transfer/feature-folder.js');
        const { cacheLimit } = await import('../core/settings.js');
        const features = await listFeatures();
        const bytes = features.reduce((sum, cached) => sum + cached.bytes, 0);
        const limit = cacheLimit();
        return {
          json: { folder: featuresFolder(), bytes, limit, features },
          text: [
            ...features.map(line),
            `${megabytes(bytes)} of ${megabytes(limit)} (XRAY_CACHE_LIMIT) in ${featuresFolder()}`,
          ].join('\n'),
        };
      }),
    );
  cache
    .command('clear')
    .description('remove cached features; they are computed again when needed')
    .option('--network <name>', 'those of one network, named as in the list')
    .option('--all', 'those of all networks')
    .option('--json', 'print one JSON object')
    .action(({ network, all }, command: Command) =>
      run(command, async () => {
        if ((network === undefined) === (all === undefined))
          throw new InvalidArgumentError('say --network NAME, or --all');
        const { clearFeatures } = await import('../transfer/feature-cache.js');
        const removed = await clearFeatures(network);
        return { json: removed, text: `${removed.folders} removed, ${megabytes(removed.bytes)} freed` };
      }),
    );
}

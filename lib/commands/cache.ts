import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { KeptDemo } from '../demo/kept-demos';
import type { CachedFeatures } from '../transfer/feature-cache';
import type { KeptBase } from '../transfer/kept-bases';
import { run } from './run';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const usedAt = (time: Date): string => `used ${time.toISOString().slice(0, 16).replace('T', ' ')}`;

const baseLine = ({ kind, path: file, bytes, lastUsed }: KeptBase): string =>
  [`${kind} ${path.basename(file)}`, megabytes(bytes), usedAt(lastUsed)].join(', ');

const demoLine = ({ path: folder, bytes, made }: KeptDemo): string =>
  [`demo ${path.basename(folder)}`, megabytes(bytes), usedAt(made).replace('used', 'made')].join(', ');

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

/** `cache`: what features, changed bases and browser pages are kept; `cache clear` removes them. */
export function addCache(program: Command): void {
  const cache = program
    .command('cache')
    .description('cached features, fine-tuned bases, pages for the browser: what is there, and clearing it');
  cache
    .command('list', { isDefault: true })
    .description('network, weights, settings, pictures, size and last use of what is kept')
    .option('--json', 'print one JSON object')
    .action((_, command: Command) =>
      run(command, async () => {
        const { listFeatures } = await import('../transfer/feature-cache.js');
        const { listKeptBases } = await import('../transfer/kept-bases.js');
        const { listKeptDemos } = await import('../demo/kept-demos.js');
        const { cacheFolder, cacheLimit } = await import('../core/settings.js');
        const features = await listFeatures();
        const bases = await listKeptBases();
        const bytes = [...features, ...bases].reduce((sum, cached) => sum + cached.bytes, 0);
        const demos = await listKeptDemos();
        const limit = cacheLimit();
        return {
          json: { folder: cacheFolder(), bytes, limit, features, bases, demos },
          text: [
            ...features.map(line),
            ...bases.map(baseLine),
            ...demos.map(demoLine),
            `${megabytes(bytes)} of ${megabytes(limit)} (XRAY_CACHE_LIMIT${demos.length ? ', which is for all but the demo' : ''}) in ${cacheFolder()}`,
          ].join('\n'),
        };
      }),
    );
  cache
    .command('clear')
    .description('remove cached features, which are computed again when needed')
    .option('--network <name>', 'those of one network, named as in the list')
    .option(
      '--all',
      'those of all networks, fine-tuned bases that belong to no saved model, and pages for the browser',
    )
    .option('--json', 'print one JSON object')
    .action(({ network, all }, command: Command) =>
      run(command, async () => {
        if ((network === undefined) === (all === undefined))
          throw new InvalidArgumentError('say --network NAME, or --all');
        const { clearFeatures } = await import('../transfer/feature-cache.js');
        const { clearKeptBases } = await import('../transfer/kept-bases.js');
        const features = await clearFeatures(network);
        const { clearKeptDemos } = await import('../demo/kept-demos.js');
        const nothing = { folders: 0, bytes: 0 };
        const bases = all ? await clearKeptBases() : nothing;
        const demos = all ? await clearKeptDemos() : nothing;
        const removed = {
          folders: features.folders + bases.folders + demos.folders,
          bytes: features.bytes + bases.bytes + demos.bytes,
        };
        return { json: removed, text: `${removed.folders} removed, ${megabytes(removed.bytes)} freed` };
      }),
    );
}

import { type Command, InvalidArgumentError } from 'commander';
import type { ReadingOptions } from '../dataset/reading-options';
import type { Grid } from '../grid/grid';
import type { GridOptions, GridResult } from '../grid/run-grid';
import { addStrict, refusedRemark, withoutRefused } from './refused';
import { run, type Warn, whole } from './run';

async function here(grid: Grid, options: GridOptions): Promise<GridResult> {
  const { runGrid } = await import('../grid/run-grid.js');
  return runGrid(grid, options);
}

async function onQueue(
  grid: Grid,
  options: ReadingOptions & { readonly queue: string; readonly store: string },
  warn: Warn,
): Promise<GridResult> {
  const { checkRedis } = await import('../grid/queue/connection.js');
  const { runOnQueue } = await import('../grid/queue/run-on-queue.js');
  for (const remark of await checkRedis(options.queue)) warn(remark);
  return runOnQueue(grid, options);
}

/** `grid`: networks, presets, folds and seeds of a description, compared. */
export function addGrid(program: Command): void {
  addStrict(program.command('grid'))
    .description(
      'trains every network with every preset over folds and seeds, as a YAML file says, and compares',
    )
    .argument('<file>', 'datasets, networks, presets, seeds, folds; see docs/scale.md')
    .option('--processes <n>', 'local processes at once (default: this one)', whole('processes', 1, 1024))
    .option(
      '--store <place>',
      'where results are kept: a folder, or s3://bucket/prefix (default: in the cache)',
    )
    .option('--queue <url>', 'redis://host:port: the workers of a queue compute; needs --store')
    .option('--json', 'print one JSON object')
    .action((file: string, { store, processes, queue, strict }, command: Command) =>
      run(command, async (work, warn) => {
        if (queue && !store)
          throw new InvalidArgumentError('--queue needs --store, a place that all workers see');
        if (queue && processes)
          throw new InvalidArgumentError(
            '--processes is for this machine; with --queue, say it to the workers',
          );
        const { readGrid } = await import('../grid/read-grid.js');
        const { comparisonText } = await import('../grid/comparison-text.js');
        const grid = await readGrid(file);
        const { refused, reading } = withoutRefused(work, warn, strict);
        const result = queue
          ? await onQueue(grid, { queue, store, ...reading }, warn)
          : await here(grid, { store, processes, ...reading });
        const { comparison, failed, computed, found } = result;
        return {
          json: { ...result, refused },
          text: [
            ...(comparison ? [comparisonText(comparison)] : []),
            `${computed} pieces computed, ${found} found; results in ${result.store}`,
            ...refusedRemark(refused),
          ].join('\n'),
          problems: [
            ...failed.map(({ title, reason }) => `${title}: ${reason}`),
            ...(failed.length && queue ? ['`xray-transfer queue retry` tries these alone again'] : []),
          ],
        };
      }),
    );
}

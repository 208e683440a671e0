import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { run, writeError } from './run';

/** Milliseconds between two looks. */
const look = 1000;

/** `queue`: what a queue of pieces has done and has to do; `queue retry` tries failed ones again. */
export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('the queue that grids are computed by: its status, failed pieces');
  queue
    .command('status')
    .description('pieces done, running, waiting and failed with the reason; rate and time left')
    .requiredOption('--queue <url>', 'redis://host:port')
    .option('--watch', 'look every second, until Ctrl-C')
    .option('--json', 'print one JSON object')
    .action(({ queue: url, watch }, command: Command) =>
      run(command, async ({ signal }) => {
        const { checkRedis } = await import('../grid/queue/connection.js');
        const { withQueues } = await import('../grid/queue/queues.js');
        const { queueStatus } = await import('../grid/queue/status.js');
        const { statusText } = await import('../grid/queue/status-text.js');
        await checkRedis(url);
        return withQueues(
          url,
          async (queues) => {
            let status = await queueStatus(queues);
            while (watch && !signal.aborted) {
              // Over what was there on a terminal; below it in a file.
              if (process.stderr.isTTY) process.stderr.write('\x1b[2J\x1b[H');
              writeError(`${statusText(status)}\n`);
              await sleep(look, undefined, { signal }).catch(() => undefined);
              status = await queueStatus(queues);
            }
            return { json: status, text: statusText(status) };
          },
          signal,
        );
      }),
    );
  queue
    .command('retry')
    .description('puts failed pieces back into the queue, these alone')
    .requiredOption('--queue <url>', 'redis://host:port')
    .option('--json', 'print one JSON object')
    .action(({ queue: url }, command: Command) =>
      run(command, async ({ signal }) => {
        const { checkRedis } = await import('../grid/queue/connection.js');
        const { retryFailed } = await import('../grid/queue/retry-failed.js');
        await checkRedis(url);
        const retried = await retryFailed(url, signal);
        return { json: { retried }, text: `${retried} pieces are tried again` };
      }),
    );
}

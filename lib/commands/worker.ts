import type { Command } from 'commander';
import { number, run, whole } from './run';

/** `worker`: computes pieces of grids that a queue hands out. */
export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('computes pieces of grids from a queue, until SIGTERM: then it finishes what it has')
    .requiredOption('--queue <url>', 'redis://host:port')
    .option('--processes <n>', 'pieces at once, a process each', whole('processes', 1, 1024), 1)
    .option(
      '--silence <seconds>',
      'a worker not heard of for so long loses its pieces to others; the same for all workers',
      number('silence', 1, 3600),
      30,
    )
    .option('--json', 'print one JSON object at the end')
    .action(({ queue, processes, silence }, command: Command) =>
      run(command, async ({ signal }, say) => {
        const { checkRedis } = await import('../grid/queue/connection.js');
        const { startWorker } = await import('../grid/queue/work.js');
        for (const remark of await checkRedis(queue)) say(remark);
        const counts = { done: 0 };
        const worker = startWorker(queue, {
          processes,
          silence,
          onEvent: (text) => {
            if (/: (computed|found)$/.test(text)) counts.done++;
            say(text);
          },
        });
        say(`Waiting for pieces, ${processes} at once; SIGTERM or Ctrl-C ends it when those are done`);
        await new Promise<void>((resolve) => {
          process.once('SIGTERM', resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        say('No more pieces are taken; waiting for those at work');
        await worker.drain();
        return { json: counts, text: `${counts.done} pieces done` };
      }),
    );
}

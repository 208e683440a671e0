import path from 'node:path';
import type { Command } from 'commander';
import { run, whole } from './run';

/** `pretrain`: the small network on formula-driven pictures. */
export function addPretrain(program: Command): void {
  program
    .command('pretrain')
    .description('pretrains the small network on formula-driven pictures; killed and run again it goes on')
    .option('--pictures <n>', 'pictures to see', whole('pictures', 64, 100_000_000), 160_000)
    .option('--seed <n>', 'seed of everything random', whole('seed', 0), 42)
    .option(
      '--out <folder>',
      'where to keep checkpoint and weights',
      path.join('models', 'fractal-pretrained'),
    )
    .option('--json', 'print one JSON object')
    .action(({ pictures, seed, out }, command: Command) =>
      run(command, async (work) => {
        // Read when TensorFlow loads: its oneDNN kernels train this network twice as fast, but are off on processors without AVX-512.
        process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
        const { pretrain } = await import('../pretrain/pretrain.js');
        const done = await pretrain(out, { pictures, seed, ...work });
        return {
          json: done,
          text:
            `${done.settings.pictures} pictures in ${(done.seconds / 60).toFixed(1)} minutes; ` +
            `${(100 * done.top1).toFixed(1)} % of fresh pictures classified rightly. ` +
            `Weights in ${out}; use them with --backbone fractal --weights ${out}`,
        };
      }),
    );
}

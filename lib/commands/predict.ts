import type { Command } from 'commander';
import { run } from './run';

/** `predict MODEL FILE…`: label and probabilities; a file that cannot be read is named and the others are done. */
export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('label and probabilities of pictures')
    .argument('<model>', 'model folder')
    .argument('<file...>', 'pictures')
    .option('--json', 'print one JSON object')
    .action((folder: string, files: string[], _, command: Command) =>
      run(command, async (work) => {
        const { loadModel } = await import('../transfer/load-model.js');
        const { readPixels } = await import('../dataset/read-pixels.js');
        const { asError } = await import('../core/check.js');
        const model = await loadModel(folder);
        const errors = new Map<string, string>();
        const readable: string[] = [];
        for (const file of files) {
          const problem = await readPixels(file).then(
            () => undefined,
            (error) => asError(error).message,
          );
          if (problem) errors.set(file, problem);
          else readable.push(file);
        }
        const done = new Map(
          (await model.predict(readable, work)).map((prediction) => [prediction.file, prediction]),
        );
        const predictions = files.map((file) => done.get(file) ?? { file, error: errors.get(file)! });
        const lines = predictions.map((prediction) => {
          if ('error' in prediction) return prediction.error;
          const shares = Object.entries(prediction.probabilities).map(
            ([name, p]) => `${name} ${p.toFixed(3)}`,
          );
          return `${prediction.file}: ${prediction.label} (${shares.join(', ')})`;
        });
        return {
          json: {
            predictions,
            synthetic: model.synthetic,
            notice: 'For education only, never for diagnosis.',
          },
          text: [
            ...lines,
            ...(model.synthetic ? ['The model was trained on synthetic pictures.'] : []),
            'For education only, never for diagnosis.',
          ].join('\n'),
          failed: errors.size > 0,
        };
      }),
    );
}

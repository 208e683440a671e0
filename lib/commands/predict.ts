import type { Command } from 'commander';
import { educationOnly } from '../core/education-only';
import { openModel } from './open-model';
import { addStrict } from './refused';
import { run } from './run';

/** `predict MODEL FILE…`: label and probabilities; a file that cannot be read is named and the others are done. */
export function addPredict(program: Command): void {
  addStrict(program.command('predict'))
    .description('label and probabilities of pictures')
    .argument('<model>', 'model folder')
    .argument('<file...>', 'pictures')
    .option('--json', 'print one JSON object')
    .action((folder: string, files: string[], { strict }, command: Command) =>
      run(command, async (work) => {
        const model = await openModel(folder, work);
        const errors = new Map<string, string>();
        const onRefused = strict
          ? undefined
          : (file: string, { message }: Error) => errors.set(file, message);
        const done = new Map(
          (await model.predict(files, { ...work, onRefused })).map((prediction) => [
            prediction.file,
            prediction,
          ]),
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
            notice: educationOnly,
          },
          text: [
            ...lines,
            ...(model.synthetic ? ['The model was trained on synthetic pictures.'] : []),
            educationOnly,
          ].join('\n'),
          failed: errors.size > 0,
        };
      }),
    );
}

import type { Command } from 'commander';
import { educationOnly } from '../core/education-only';
import { openModel } from './open-model';
import { addStrict, refusedRemark, withoutRefused } from './refused';
import { names, run } from './run';

/** `evaluate MODEL`: figures on pictures the model has not seen. */
export function addEvaluate(program: Command): void {
  addStrict(program.command('evaluate'))
    .description('figures on pictures that the model has not seen')
    .argument('<model>', 'model folder')
    .requiredOption('--dataset <folder>', 'folder of class folders')
    .option('--classes <names>', "class folders to use, by commas (default: the model's)", names)
    .option('--json', 'print one JSON object')
    .action((folder: string, { dataset, classes, strict }, command: Command) =>
      run(command, async (work, warn) => {
        const { loadDataset, evaluate, evaluateNotCalled, unseenPictures } = await import('../index.js');
        const { formatFigure } = await import('../evaluation/format-figure.js');
        const model = await openModel(folder, work);
        const { refused, reading } = withoutRefused(work, warn, strict);
        const xrays = await loadDataset(dataset, { classes: classes ?? model.classes, ...reading });
        const unseen = unseenPictures(model, xrays);
        const known = unseen.filter(({ label }) => model.classes.includes(label));
        const evaluation = known.length ? await evaluate(model, known, work) : null;
        const calls = await evaluateNotCalled(model, unseen, model.classes[0]!, work);
        const text = [
          `${unseen.length} pictures; ${xrays.length - unseen.length} left out because the model was trained on them`,
          ...(evaluation ? [`accuracy ${formatFigure(evaluation.accuracy)}`] : []),
          ...calls.map(
            ({ label, total, count }) => `${label}: ${count} of ${total} not called ${model.classes[0]}`,
          ),
          ...refusedRemark(refused),
          educationOnly,
        ];
        return {
          json: {
            evaluation,
            pictures: unseen.length,
            seenInTraining: xrays.length - unseen.length,
            refused,
            notCalled: { positive: model.classes[0], classes: calls },
            synthetic: model.synthetic,
            notice: educationOnly,
          },
          text: text.join('\n'),
        };
      }),
    );
}

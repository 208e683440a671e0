import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { educationOnly } from '../core/education-only';
import { weightsWords } from '../networks/weights-words';
import { addBackboneOptions } from './backbone-options';
import { addStrict, refusedRemark, withoutRefused } from './refused';
import { names, number, run, syntheticRemark, whole } from './run';
import { addTrainingOptions } from './training-options';

/** `train`: transfer learning on class folders. */
export function addTrain(program: Command): void {
  const train = addStrict(program.command('train'))
    .description('transfer learning; writes the model and its run record')
    .requiredOption('--dataset <folder>', 'folder of class folders')
    .option('--classes <names>', 'class folders to use, by commas (default: all)', names);
  addTrainingOptions(addBackboneOptions(train))
    .option('--test <share>', 'share of the pictures kept for the test', number('test', 0.01, 0.9), 0.2)
    .option(
      '--fine-tune <epochs>',
      "epochs in which the base's last block is trained too",
      whole('fine-tune', 1, 1000),
    )
    .option(
      '--fine-tune-learning-rate <r>',
      "Adam's rate in these epochs (default: 1e-5)",
      number('fine-tune-learning-rate', Number.MIN_VALUE, 1),
    )
    .option('--seed <n>', 'seed of everything random', whole('seed', 0), 42)
    .requiredOption('--out <folder>', 'model folder to write')
    .option('--tensorboard <folder>', 'log the course of the training for TensorBoard below this folder')
    .option('--json', 'print one JSON object')
    .action((options, command: Command) =>
      run(command, async (work, warn) => {
        const { loadDataset, splitDataset, transferLearn, fineTune, evaluate, writeTensorBoard } =
          await import('../index.js');
        const { keptAudit } = await import('../audit/kept-audit.js');
        const { fetchAbsentWeights } = await import('../networks/fetch-absent-weights.js');
        const { checkModelFolder } = await import('../transfer/save-model.js');
        const { dataset, classes, test, out, tensorboard, strict, json: _, ...others } = options;
        const { fineTune: fineTuneEpochs, fineTuneLearningRate, ...training } = others;
        if (classes?.length === 1) throw new InvalidArgumentError('--classes needs two or more');
        if (fineTuneLearningRate && !fineTuneEpochs)
          throw new InvalidArgumentError('--fine-tune-learning-rate needs --fine-tune');
        await checkModelFolder(out);
        const { refused, reading } = withoutRefused(work, warn, strict);
        const xrays = await loadDataset(dataset, { classes, ...reading });
        const article = training.preset === 'article';
        const split = splitDataset(xrays, {
          test,
          validation: article ? 0 : 0.2,
          grouping: article ? 'image' : 'patient',
          seed: training.seed,
        });
        await fetchAbsentWeights({ name: training.backbone, weights: training.weights }, work);
        const frozen = await transferLearn(split, { ...training, ...work });
        const model =
          fineTuneEpochs && !frozen.interrupted
            ? await fineTune(frozen, split, {
                epochs: fineTuneEpochs,
                learningRate: fineTuneLearningRate,
                ...work,
              })
            : frozen;
        // Saved before its figures are there: an interrupt must not cost the training.
        await model.save(out);
        const stages = model === frozen ? [frozen] : [frozen, model];
        for (const [i, { history }] of (tensorboard ? stages : []).entries())
          if (history.epochs.length)
            await writeTensorBoard(
              history,
              path.join(tensorboard, path.basename(path.resolve(out)) + (i ? ', fine-tuned' : '')),
            );
        const evaluation = model.interrupted ? null : await evaluate(model, split.test, work);
        if (evaluation) await model.save(out, evaluation, await keptAudit(dataset, xrays));
        const counts = {
          train: model.seen.train.length,
          validation: model.seen.validation.length,
          test: split.test.length,
        };
        const { formatFigure } = await import('../evaluation/format-figure.js');
        const figure = evaluation
          ? `accuracy ${formatFigure(evaluation.accuracy)} on ${counts.test} pictures`
          : 'not evaluated';
        const { title, weights } = model.backbone;
        const trained = title + (weightsWords(weights) && ` (${weightsWords(weights)})`);
        const text = [
          `${trained}, ${model.classes.join(' / ')}: ${figure}`,
          ...syntheticRemark(model.synthetic),
          ...refusedRemark(refused),
          ...(model.interrupted ? ['Interrupted: the best head until then was kept.'] : []),
          ...(tensorboard ? [`Logs in ${tensorboard}: tensorboard --logdir ${tensorboard}`] : []),
          `Model in ${out}. ${educationOnly}`,
        ];
        return {
          json: {
            model: path.resolve(out),
            backbone: model.backbone.name,
            weights: model.backbone.weights,
            weightsHash: model.backbone.weightsHash,
            classes: model.classes,
            counts,
            refused,
            evaluation,
            seconds: model.seconds,
            synthetic: model.synthetic,
            interrupted: model.interrupted,
            notice: educationOnly,
          },
          text: text.join('\n'),
        };
      }),
    );
}

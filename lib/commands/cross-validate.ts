import { type Command, InvalidArgumentError, Option } from 'commander';
import { educationOnly } from '../core/education-only';
import { addBackboneOptions } from './backbone-options';
import { addStrict, refusedRemark, withoutRefused } from './refused';
import { names, run, syntheticRemark, whole } from './run';
import { addTrainingOptions } from './training-options';

/** Reads "0,1,2". */
const seedsOf = (text: string): number[] => names(text).map(whole('seeds', 0));

const explained = {
  patient: 'patients kept together',
  picture: 'picture by picture: pictures of one person may stand on both sides, which flatters',
} as const;

/** `cross-validate`: what to expect of a way of training, by patient, by picture or on sources never seen. */
export function addCrossValidate(program: Command): void {
  const command = addStrict(program.command('cross-validate'))
    .description('what to expect of a way of training: every picture tested by a model that has not seen it')
    .requiredOption('--dataset <folder>', 'folder of class folders')
    .option('--classes <names>', 'class folders to use, by commas (default: all)', names)
    .addOption(
      new Option(
        '--split <way>',
        'patient: patients kept together; picture: picture by picture, as the article; source: each source left out in turn',
      )
        .choices(['patient', 'picture', 'source'])
        .default('patient'),
    )
    .option('--folds <n>', 'parts, each tested once (not with --split source; default: 5)', whole('folds', 2))
    .option(
      '--seeds <list>',
      'a division into folds each (not with --split source; default: 0,1,2)',
      seedsOf,
    );
  addTrainingOptions(addBackboneOptions(command))
    .option('--seed <n>', 'seed of the heads and of random weights', whole('seed', 0), 42)
    .option('--json', 'print one JSON object')
    .action((options, own: Command) =>
      run(own, async (work, warn) => {
        const { crossValidate, leaveSourceOut, loadDataset } = await import('../index.js');
        const { formatFigure } = await import('../evaluation/format-figure.js');
        const { fetchAbsentWeights } = await import('../networks/fetch-absent-weights.js');
        const { dataset, classes, split, folds, seeds, strict, json: _, ...training } = options;
        if (classes?.length === 1) throw new InvalidArgumentError('--classes needs two or more');
        if (split === 'source' && (folds || seeds))
          throw new InvalidArgumentError('--split source has a fold a source; leave out --folds and --seeds');
        const { refused, reading } = withoutRefused(work, warn, strict);
        const xrays = await loadDataset(dataset, { classes, ...reading });
        await fetchAbsentWeights({ name: training.backbone, weights: training.weights }, work);
        if (split === 'source') {
          const { isSynthetic } = await import('../dataset/xray.js');
          const sources = await leaveSourceOut(xrays, { ...training, ...work });
          const synthetic = isSynthetic(xrays);
          const lines = sources.map(
            ({ source, train, evaluation: { accuracy, count } }) =>
              `${source}: accuracy ${formatFigure(accuracy)} on its ${count} pictures, by a model of ${train} pictures of the other sources`,
          );
          return {
            json: { split, sources, refused, synthetic, notice: educationOnly },
            text: [...lines, ...syntheticRemark(synthetic), ...refusedRemark(refused), educationOnly].join(
              '\n',
            ),
          };
        }
        const grouping = split === 'picture' ? 'image' : 'patient';
        const validation = await crossValidate(xrays, { ...training, folds, seeds, grouping, ...work });
        const { predictions: __, ...kept } = validation;
        const text = [
          `accuracy ${formatFigure(kept.accuracy)} over ${kept.folds} folds, ${kept.seeds.length} times; ${explained[split as keyof typeof explained]}`,
          ...syntheticRemark(kept.synthetic),
          ...refusedRemark(refused),
          educationOnly,
        ];
        return { json: { split, ...kept, refused, notice: educationOnly }, text: text.join('\n') };
      }),
    );
}

import { type Command, InvalidArgumentError } from 'commander';
import { asError, InputError } from '../core/check';
import { addStrict, refusedRemark, withoutRefused } from './refused';
import { names, run, whole } from './run';

/** `audit`: what pictures let a model learn besides the disease. */
export function addAudit(program: Command): void {
  addStrict(program.command('audit'))
    .description(
      'what class folders let a model learn besides the disease: leakage, shortcuts, what to expect',
    )
    .requiredOption('--dataset <folder>', 'folder of class folders')
    .option('--classes <names>', 'class folders to use, by commas (default: all)', names)
    .option('--backbone <name>', 'network, or a folder with a tfjs layers-model', 'mobilenet')
    .option('--cut <layer>', 'layer whose output is the feature map; needed for a folder')
    .option('--weights <weights>', 'imagenet, random, or a weights file (default: imagenet)')
    .option('--controls <folder>', 'class folders with other findings from the source of a class')
    .option('--per-class <n>', 'pictures a class, at most, that the tests learn from', whole('per-class', 10))
    .option('--seed <n>', 'seed of everything random', whole('seed', 0), 42)
    .option(
      '--keep',
      "keep it as audit.json in the dataset's folder, for the report and for models trained on it",
    )
    .option('--json', 'print one JSON object')
    .action((options, command: Command) =>
      run(command, async (work, warn) => {
        const { auditDataset, loadDataset } = await import('../index.js');
        const { keepAudit } = await import('../audit/kept-audit.js');
        const { fetchAbsentWeights } = await import('../networks/fetch-absent-weights.js');
        const { auditText } = await import('../notebook/describe-audit.js');
        const { dataset, classes, controls, keep, strict, json: _, ...rest } = options;
        if (classes?.length === 1) throw new InvalidArgumentError('--classes needs two or more');
        const { refused, reading } = withoutRefused(work, warn, strict);
        const xrays = await loadDataset(dataset, { classes, ...reading });
        const others = controls ? await loadDataset(controls, reading) : [];
        await fetchAbsentWeights({ name: rest.backbone, weights: rest.weights }, work).catch((error) => {
          work.signal.throwIfAborted();
          throw new InputError(`${asError(error).message}. --backbone fractal needs no download`);
        });
        const audit = await auditDataset(xrays, { ...rest, controls: others, ...work });
        if (keep) await keepAudit(dataset, audit);
        return {
          json: { ...audit, refused },
          text: [auditText(audit), ...refusedRemark(refused)].join('\n'),
        };
      }),
    );
}

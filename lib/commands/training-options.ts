import { type Command, Option } from 'commander';
import { number, whole } from './run';

const copies = (text: string) => (text === 'each-epoch' ? text : whole('augment', 0, 1000)(text));

/** The options that say how a head is trained: shared by `train` and `cross-validate`. */
export const addTrainingOptions = (command: Command): Command =>
  command
    .addOption(new Option('--preset <name>', 'how to train').choices(['article', 'sound']).default('sound'))
    .option('--augment <n>', 'rotated copies of each training picture, or each-epoch', copies)
    .option('--epochs <n>', 'epochs of the head', whole('epochs', 1, 10_000))
    .option('--batch-size <n>', 'pictures a step', whole('batch-size', 1, 4096))
    .option('--learning-rate <r>', "Adam's rate", number('learning-rate', Number.MIN_VALUE, 1))
    .option('--hidden-units <n>', 'units of the hidden layer, 0 for none', whole('hidden-units', 0, 4096))
    .option('--dropout <share>', 'share of hidden units dropped', number('dropout', 0, 0.99))
    .option('--l2 <penalty>', 'L2 penalty', number('l2', 0, 1000))
    .option(
      '--patience <n>',
      'stop after so many epochs without gain, 0 for never',
      whole('patience', 0, 10_000),
    )
    .option('--balance-classes', 'weigh classes by the inverse of their frequency')
    .option('--refit-norm', "fit the base's batch norm to the training pictures first");

import { type Command, Option } from 'commander';
import { backboneNames } from '../networks/names';

/** The options that say which base: shared by `train` and `features`. */
export function addBackboneOptions(command: Command): Command {
  return command
    .requiredOption(
      '--backbone <name>',
      `${backboneNames.join(', ')} (no network), or a folder with a tfjs layers-model`,
    )
    .option('--cut <layer>', 'layer whose output is the feature map; needed for a folder')
    .option(
      '--weights <weights>',
      "imagenet, fractals, random, or a weights file (default: the network's own pretraining)",
    )
    .addOption(
      new Option('--preprocessing <mode>', "own: the network's; scale: pixels / 255").choices([
        'own',
        'scale',
      ]),
    )
    .addOption(new Option('--resize <method>', 'how pictures are resized').choices(['cv2', 'antialiased']));
}

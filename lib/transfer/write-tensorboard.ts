import path from 'node:path';
import { InputError } from '../core/check';
import { writeFileAtomic } from '../core/files';
import { eventFile } from './event-file';
import type { History } from './history';

/**
 * Writes the course of a training for TensorBoard (`tensorboard --logdir` the folder above): loss, accuracy, val_loss,
 * val_accuracy and learning_rate by epoch, under the names that Keras gives them. A training that is logged to the same
 * folder again takes the former one's place. The wall time is that of writing.
 * @param folder of this training alone; its name is the run's: "logs/vgg16"
 * @returns the file written
 * @throws InputError for a history without epochs
 */
export async function writeTensorBoard(history: History, folder: string): Promise<string> {
  const { epochs } = history;
  if (!epochs.length) throw new InputError('history has no epochs to log');
  const steps = epochs.map(({ epoch, loss, accuracy, valLoss, valAccuracy, learningRate }) => ({
    step: epoch,
    scalars: { loss, accuracy, val_loss: valLoss, val_accuracy: valAccuracy, learning_rate: learningRate },
  }));
  const seconds = Date.now() / 1000;
  // TensorBoard reads files whose names hold "tfevents", in the order of their names.
  const file = path.resolve(folder, `events.out.tfevents.${seconds.toFixed(3)}.xray-transfer`);
  await writeFileAtomic(file, eventFile(steps, seconds));
  return file;
}

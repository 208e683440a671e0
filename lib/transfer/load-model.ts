import type { TransferModel } from './model';

/**
 * Loads a model folder that `save` wrote. Only numbers and names are read; loading runs no code of the model's.
 * @throws InputError if the folder is of another version, if a file was changed, or if the base's weights are not
 * those it was trained on
 */
export async function loadModel(folder: string): Promise<TransferModel> {
  // Late, because what checks the files takes longer to load than the rest of the library.
  const { readModel } = await import('./read-model.js');
  return readModel(folder);
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BackboneOptions } from '../networks/backbone-options';
import { isBackboneName, isPretraining } from '../networks/names';
import type { TrainingParameters } from './preset';
import type { BackboneSummary } from './trained-parts';
import type { TransferOptions } from './transfer-options';

/**
 * A path made absolute, so that a saved model finds its base from any folder; "imagenet", "fractals", "random" and
 * whatever is not there as given.
 */
export const located = (given: string): string =>
  given !== 'random' && !isPretraining(given) && existsSync(given) ? path.resolve(given) : given;

/** How the base of a trained model is loaded again. */
export function backboneReference(base: BackboneSummary): BackboneOptions {
  const { name, cut, weights, seed, preprocessing } = base;
  // A layers-model on disk comes with its own weights.
  return { name, cut, seed, preprocessing, ...(isBackboneName(name) && { weights }) };
}

/** How the base is loaded that a training starts from. */
export const trainingBase = (
  { backbone, cut, weights, seed }: Pick<TransferOptions, 'backbone' | 'cut' | 'weights'> & { seed: number },
  preprocessing: TrainingParameters['preprocessing'],
): BackboneOptions => ({
  name: isBackboneName(backbone) ? backbone : located(backbone),
  cut,
  weights: weights === undefined ? undefined : located(weights),
  seed,
  ...(weights === 'random' && preprocessing === 'scale' && { preprocessing }),
});

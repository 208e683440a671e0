import { InputError } from '../core/check';
import type { BackboneDescription } from '../networks/backbone-description';

/** @throws InputError unless a base has the weights that a plan was made with */
export function checkWeights({ title, weights, weightsHash }: BackboneDescription, planned: string): void {
  if (weightsHash !== planned)
    throw new InputError(
      `The ${weights} weights of ${title} here are not those of the plan: their hash is ${weightsHash}, not ${planned}; use the same files on every machine`,
    );
}

import { InputError } from '../core/check';
import { networkNamed } from './table';
import { findWeights } from './weights-file';

/** Which weights a network can run with here, and why. */
export interface WeightsAtHand {
  readonly weights: 'imagenet' | 'random';
  /** A sentence for people. */
  readonly reason: string;
}

/**
 * ImageNet weights where they are at hand; else random ones, with the reason, for whoever shows both. The notebooks
 * use it, so that they run on a machine without a network and say on top what they ran with.
 * @throws InputError for an unknown network, or weights that are there but wrong
 */
export async function weightsAtHand(name: string): Promise<WeightsAtHand> {
  const network = networkNamed(name);
  try {
    await findWeights(network);
    return { weights: 'imagenet', reason: `${network.title} runs with ImageNet weights.` };
  } catch (error) {
    if (!(error instanceof InputError) || !error.message.startsWith('There are no ImageNet weights'))
      throw error;
    return {
      weights: 'random',
      reason:
        `${network.title} runs with RANDOM weights, because its ImageNet weights are not here and this run downloads nothing. ` +
        `What follows shows the procedure, not what transfer learning can do. \`npx xray-transfer weights ${name}\` fetches them.`,
    };
  }
}

import type { Pretraining } from './names';
import { networkNamed } from './table';
import { AbsentWeightsError, findWeights } from './weights-file';

/** Which weights a network can run with here, and why. */
export interface WeightsAtHand {
  readonly weights: Pretraining | 'random';
  /** A sentence for people. */
  readonly reason: string;
}

const ofPretraining: Readonly<Record<Pretraining, string>> = {
  imagenet: 'runs with ImageNet weights',
  none: 'needs no weights: it is no network',
  fractals:
    'runs with weights pretrained on fractals, without a single natural picture; they come with the project',
};

/**
 * A network's pretrained weights where they are at hand; else random ones, with the reason, for whoever shows both. The
 * notebooks use it, so that they run on a machine without a network and say on top what they ran with.
 * @throws InputError for an unknown network, or weights that are there but wrong
 */
export async function weightsAtHand(name: string): Promise<WeightsAtHand> {
  const network = networkNamed(name);
  try {
    if (network.weights.kind !== 'none') await findWeights(network);
    return {
      weights: network.pretraining,
      reason: `${network.title} ${ofPretraining[network.pretraining]}.`,
    };
  } catch (error) {
    if (!(error instanceof AbsentWeightsError)) throw error;
    return {
      weights: 'random',
      reason:
        `${network.title} runs with RANDOM weights, because its ImageNet weights are not here and this run downloads nothing. ` +
        `What follows shows the procedure, not what transfer learning can do. \`npx xray-transfer weights ${name}\` fetches them.`,
    };
  }
}

import { InputError } from '../core/check';
import { type Random, seededRandom } from '../core/random';
import type { Split, Xray } from '../dataset/xray';
import { backboneReference } from '../transfer/backbone-reference';
import type { TransferModel } from '../transfer/model';
import { transferLearn } from '../transfer/transfer-learn';
import { comparison, type RandomizationOptions, type RandomizationStep } from './randomization';
import type { Explainable } from './seen-pictures';

/** The same pictures, each with the label of another of them. */
function permuteLabels(xrays: readonly Xray[], random: Random): Xray[] {
  const labels = random.shuffle(xrays.map(({ label }) => label));
  return xrays.map((xray, i) => ({ ...xray, label: labels[i]! }));
}

/**
 * The data randomisation test (Adebayo et al. 2018): the head is trained again, on labels that were shuffled among the
 * training and among the validation pictures, so that there is nothing to learn. A map that shows what was learnt from
 * the labels must look otherwise then.
 * @param split the one that the model was trained on
 * @param inputs two pictures or more
 * @throws InputError for a fine-tuned model, fewer than two pictures, or an option out of range
 */
export async function labelRandomization(
  model: TransferModel,
  split: Split,
  inputs: readonly Explainable[],
  options: RandomizationOptions = {},
): Promise<RandomizationStep> {
  const { seed = 0, onProgress, signal } = options;
  if (model.backbone.fineTuned)
    throw new InputError(
      'The model was fine-tuned; the labels can be shuffled for one with a frozen base only',
    );
  return model.withBackbone(async (backbone) => {
    const { step } = await comparison(model, backbone, inputs, options);
    const random = seededRandom(`${seed}/labels`);
    const { name, cut, weights } = backboneReference(model.backbone);
    const { head } = await transferLearn(
      {
        ...split,
        train: permuteLabels(split.train, random.fork('train')),
        validation: permuteLabels(split.validation, random.fork('validation')),
        test: permuteLabels(split.test, random.fork('test')),
      },
      {
        ...model.parameters,
        backbone: name,
        cut,
        weights,
        preset: model.preset,
        seed: model.seed,
        onProgress,
        signal,
      },
    );
    return step('labels', { backbone, head });
  });
}

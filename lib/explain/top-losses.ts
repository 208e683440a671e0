import type { WorkOptions } from '../core/progress';
import type { Xray } from '../dataset/xray';
import { checkLabels } from '../transfer/check-labels';
import type { TransferModel } from '../transfer/model';
import { asPictures } from '../transfer/picture-variants';

/** What a model said of a picture whose class is known. */
export interface Judgement {
  readonly xray: Xray;
  /** The likeliest class. */
  readonly predicted: string;
  /** The model's probability of it. */
  readonly confidence: number;
  /** Cross-entropy: −ln of the probability of the true class, 0 or more. */
  readonly loss: number;
}

/**
 * What a model says of each picture, the worst first, as fastai's `top_losses`: mislabelled and odd pictures stand at
 * the top, and so does what the model is wrong about with confidence.
 * @throws InputError if a picture's class is none of the model's
 */
export async function topLosses(
  model: TransferModel,
  xrays: readonly Xray[],
  options?: WorkOptions,
): Promise<Judgement[]> {
  checkLabels(xrays, model.classes);
  const probabilities = await model.probabilities(asPictures(xrays), options);
  return xrays
    .map((xray, i): Judgement => {
      const row = probabilities[i]!;
      const confidence = Math.max(...row);
      return {
        xray,
        predicted: model.classes[row.indexOf(confidence)]!,
        confidence,
        loss: -Math.log(Math.max(row[model.classes.indexOf(xray.label)]!, 1e-7)),
      };
    })
    .sort((a, b) => b.loss - a.loss);
}

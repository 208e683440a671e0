import { InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { Xray } from '../dataset/xray';
import {
  chooseThreshold,
  type OperatingPoint,
  operatingPoint,
  type ThresholdRule,
} from '../evaluation/operating-point';
import { oneVsRest } from '../evaluation/scored-pictures';
import { scorePictures } from './evaluate';
import type { TransferModel } from './model';

export interface DecisionOptions extends WorkOptions {
  /** Pictures that the threshold is chosen on; the model's head must not have been trained on them. */
  readonly validation: readonly Xray[];
  /** Pictures that it is then looked at on. */
  readonly test: readonly Xray[];
  /** The class to be found. Default: the model's first. */
  readonly positive?: string;
  /** Default `youden`. */
  readonly rule?: ThresholdRule;
}

/** A threshold for calling a class, chosen on some pictures and tried on others. */
export interface Decision {
  readonly positive: string;
  /** From this probability on the class is called; null for never. */
  readonly threshold: number | null;
  readonly validation: OperatingPoint;
  readonly test: OperatingPoint;
}

function checkUnseen(model: TransferModel, { validation, test }: DecisionOptions): void {
  const { seen, parameters } = model;
  const learnt = new Set([...seen.train, ...(parameters.refit ? seen.validation : [])]);
  const known = validation.filter(({ sha256 }) => learnt.has(sha256)).length;
  if (known > 0)
    throw new InputError(
      `validation has ${known} pictures that the model was trained on, which look better than others; ` +
        `${parameters.refit ? 'train with refit: false, or ' : ''}give pictures that it has not seen`,
    );
  const chosenOn = new Set(validation.map(({ sha256 }) => sha256));
  const both = test.filter(({ sha256 }) => chosenOn.has(sha256)).length;
  if (both > 0) throw new InputError(`test has ${both} pictures of validation; they must be others`);
}

/**
 * Chooses the threshold from which a class is called on validation pictures, and says what it does on test pictures.
 * @throws InputError for a class that the model does not know, validation pictures that the head was trained on (with
 * `refit` the head is trained on the split's own validation part too) or that are test pictures, and as
 * `chooseThreshold` does
 */
export async function decisionThreshold(model: TransferModel, options: DecisionOptions): Promise<Decision> {
  const { validation, test, positive = model.classes[0]!, rule, ...work } = options;
  checkUnseen(model, options);
  const on = async (xrays: readonly Xray[]) => oneVsRest(await scorePictures(model, xrays, work), positive);
  const chosenOn = await on(validation);
  const chosen = chooseThreshold(chosenOn.scores, chosenOn.positives, rule);
  const { scores, positives } = await on(test);
  return {
    positive,
    threshold: chosen.threshold,
    validation: chosen,
    test: operatingPoint(scores, positives, chosen.threshold),
  };
}

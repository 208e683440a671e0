import { byText } from '../core/by-text';
import { InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import { classesOf } from '../dataset/classes-of';
import type { Xray } from '../dataset/xray';
import { evaluatePredictions } from '../evaluation/evaluate-predictions';
import type { Evaluation } from '../evaluation/evaluation';
import type { Figure } from '../evaluation/figure';
import { argmax } from '../evaluation/probabilities';
import type { ScoredPictures } from '../evaluation/scored-pictures';
import { wilson } from '../evaluation/wilson';
import { checkLabels } from './check-labels';
import type { TransferModel } from './model';
import { asPictures } from './picture-variants';

/** What a model says of records: their truth, and which picture each row is of. */
export interface ScoredXrays extends ScoredPictures {
  /** SHA-256 of each picture, in order. */
  readonly hashes: readonly string[];
}

/**
 * What the model says of pictures of known class, for curves, thresholds and calibration; in order of their hashes, so
 * that two models' rows are of the same pictures, and figures do not follow from the order given.
 * @throws InputError if there are no pictures, or a picture's class is none of the model's
 */
export async function scorePictures(
  model: TransferModel,
  xrays: readonly Xray[],
  options?: WorkOptions,
): Promise<ScoredXrays> {
  if (!xrays.length) throw new InputError('There are no pictures to evaluate on');
  checkLabels(xrays, model.classes);
  // In an order of their own: intervals by resampling, and the last bits of sums, would follow from the caller's.
  const ordered = [...xrays].sort((a, b) => byText(a.sha256, b.sha256));
  return {
    labels: model.classes,
    truth: ordered.map(({ label }) => label),
    probabilities: await model.probabilities(asPictures(ordered), options),
    patients: ordered.map(({ patientId }) => patientId),
    hashes: ordered.map(({ sha256 }) => sha256),
  };
}

/**
 * The model's figures on pictures, with intervals.
 * @throws InputError if a picture's class is none of the model's
 */
export async function evaluate(
  model: TransferModel,
  xrays: readonly Xray[],
  options?: WorkOptions,
): Promise<Evaluation> {
  const { truth, probabilities, labels, patients } = await scorePictures(model, xrays, options);
  return evaluatePredictions(truth, probabilities, labels, { patients });
}

/** The pictures that the model was neither trained nor, unless they were its test part too, validated on. */
export function unseenPictures(model: TransferModel, xrays: readonly Xray[]): Xray[] {
  const { train, validation, test } = model.seen;
  const tested = new Set(test);
  const seen = new Set([...train, ...validation.filter((hash) => !tested.has(hash))]);
  return xrays.filter(({ sha256 }) => !seen.has(sha256));
}

/** How often pictures of one class were called something else than `called`. */
export interface NotCalled {
  readonly label: string;
  readonly total: number;
  readonly count: number;
  /** count / total with its Wilson 95 % interval. */
  readonly share: Figure;
}

/**
 * The article's last test: how many pictures of each class are not called `positive`. The classes need not be the
 * model's.
 * @throws InputError if `positive` is none of the model's classes
 */
export async function evaluateNotCalled(
  model: TransferModel,
  xrays: readonly Xray[],
  positive: string,
  options?: WorkOptions,
): Promise<NotCalled[]> {
  const index = model.classes.indexOf(positive);
  if (index < 0) throw new InputError(`positive is "${positive}"; choose one of ${model.classes.join(', ')}`);
  const probabilities = await model.probabilities(asPictures(xrays), options);
  const labels = classesOf(xrays);
  return labels.map((label) => {
    const own = probabilities.filter((_, i) => xrays[i]!.label === label);
    const count = own.filter((p) => argmax(p) !== index).length;
    return { label, total: own.length, count, share: wilson(count, own.length) };
  });
}

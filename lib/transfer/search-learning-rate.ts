import { checkNumber, checkWhole, InputError } from '../core/check';
import { type HeadStart, headLearner } from './head-learner';
import { epochBatches } from './labelled-features';
import { longestValley } from './longest-valley';

/** Which rates are tried; fastai's defaults. */
export interface LearningRateRange {
  /** (0, 1]. Default 1e-7. */
  readonly lowest?: number;
  /** Above `lowest`, up to 1,000. Default 10. */
  readonly highest?: number;
  /** Steps from the lowest rate to the highest, one batch each; 20 to 10,000. Default 100. */
  readonly steps?: number;
}

/** One step at one rate. */
export interface LearningRatePoint {
  readonly learningRate: number;
  /** Mean loss of the batch before the step. */
  readonly loss: number;
  /** Moving average of the losses so far. */
  readonly smoothed: number;
}

export interface LearningRateSearch {
  /** By rising rate; fewer than `steps` where the loss ran away. */
  readonly points: readonly LearningRatePoint[];
  /** The rate to train with. */
  readonly suggestion: number;
  /** How the suggestion is made. */
  readonly rule: string;
}

/** Weight of the past in the moving average. */
const beta = 0.98;
/** A smoothed loss so many times the lowest one has run away. */
const runaway = 4;

/**
 * The learning rate range test (Smith 2017, "Cyclical learning rates for training neural networks"), as fastai's
 * `lr_find`: the rate rises exponentially from step to step, the loss is smoothed (0.98, corrected for its start), and
 * the test ends when the smoothed loss is four times its lowest. The suggestion is the rate in the middle of the longest
 * fall of the smoothed loss, the first tenth of the steps and the last five left out. The head is thrown away.
 * @throws InputError for no training pictures, or a number out of range
 */
export function searchLearningRate(
  work: HeadStart,
  { lowest = 1e-7, highest = 10, steps = 100 }: LearningRateRange = {},
): LearningRateSearch {
  checkNumber('lowest', lowest, Number.MIN_VALUE, 1);
  checkNumber('highest', highest, Number.MIN_VALUE, 1000);
  checkWhole('steps', steps, 20, 10_000);
  if (highest <= lowest) throw new InputError(`highest is ${highest}; it must be above lowest, ${lowest}`);
  const { train, parameters, random } = work;
  if (!train.variants.length) throw new InputError('The training part has no pictures');
  const { learn } = headLearner(work, parameters.batchSize);
  const points: LearningRatePoint[] = [];
  let average = 0;
  let best = Infinity;
  const isOver = (smoothed: number) =>
    points.length >= steps || !Number.isFinite(smoothed) || smoothed > runaway * best;
  for (let epoch = 1, over = false; !over; epoch++)
    for (const batch of epochBatches(train, parameters, random, epoch)) {
      const learningRate = lowest * (highest / lowest) ** (points.length / steps);
      const loss = learn(batch, learningRate).loss / batch.length;
      average = beta * average + (1 - beta) * loss;
      const smoothed = average / (1 - beta ** (points.length + 1));
      if (Number.isFinite(smoothed)) points.push({ learningRate, loss, smoothed });
      best = Math.min(best, smoothed);
      over = isOver(smoothed);
      if (over) break;
    }
  const middle = points.slice(Math.floor(steps / 10), -5);
  const used = middle.length ? middle : points;
  const at = longestValley(used.map(({ smoothed }) => smoothed));
  return {
    points,
    suggestion: used[at]!.learningRate,
    rule: 'valley: the middle of the longest fall of the smoothed loss',
  };
}

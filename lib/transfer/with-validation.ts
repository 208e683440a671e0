import { InputError } from '../core/check';
import { checkSplit } from '../dataset/check-split';
import { splitDataset } from '../dataset/split-dataset';
import type { Split } from '../dataset/xray';
import type { PresetName } from './preset';

/**
 * The split with a validation part: the one it has; else, with the article's preset, the test part, as it was
 * there; else a fifth of the training part, cut off by the split's own grouping.
 * @throws InputError if there is nothing to validate on, or naming a patient on two sides of a split by patient
 */
export function withValidation(split: Split, preset: PresetName): Split {
  checkSplit(split);
  if (split.validation.length) return split;
  if (preset === 'article') {
    if (split.test.length) return { ...split, validation: split.test };
    throw new InputError(
      'The split has neither a validation nor a test part; the article preset needs one to tell the best epoch',
    );
  }
  const { train, test } = splitDataset(split.train, {
    test: 0.2,
    seed: split.seed,
    grouping: split.grouping,
  });
  return { ...split, train, validation: test };
}

import { InputError } from '../core/check';
import type { Xray } from '../dataset/xray';
import type { Figure } from '../evaluation/figure';
import { compareCrossValidations } from './compare-cross-validations';
import { type CrossValidation, type CrossValidationOptions, crossValidate } from './cross-validate';

/** One way of training beside others, tried on the same folds. */
export interface ComparedVariant {
  readonly name: string;
  /** Mean over the folds with its 95 % interval. */
  readonly accuracy: Figure;
  /** How much more often it is right than the first one, fold by fold; null for the first one itself. */
  readonly difference: Figure | null;
  /** Every run behind the figures. */
  readonly validation: CrossValidation;
}

/**
 * Ways of training side by side, on the same patients in the same folds: presets, weights, fine-tuned or frozen, or
 * whatever else the options can say: `compareVariants(xrays, { backbone: 'fractal' }, { article: { preset: 'article' },
 * sound: { preset: 'sound' } })`.
 * @param shared options of all of them
 * @param variants options of each by its name, in place of the shared ones; the others are compared with the first
 * @throws InputError for fewer than two variants, and as `crossValidate` does
 */
export async function compareVariants(
  xrays: readonly Xray[],
  shared: CrossValidationOptions,
  variants: Readonly<Record<string, Partial<CrossValidationOptions>>>,
): Promise<ComparedVariant[]> {
  const named = Object.entries(variants);
  if (named.length < 2)
    throw new InputError(`variants has ${named.length} entries; give two or more to compare`);
  const compared: ComparedVariant[] = [];
  for (const [name, own] of named) {
    const validation = await crossValidate(xrays, { ...shared, ...own });
    const first = compared[0]?.validation;
    compared.push({
      name,
      accuracy: validation.accuracy,
      difference: first ? compareCrossValidations(validation, first) : null,
      validation,
    });
  }
  return compared;
}

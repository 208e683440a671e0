import { InputError, quote } from '../core/check';
import type { Split } from './xray';

const sides = ['train', 'validation', 'test'] as const;

/**
 * Throws where a split by patient has a patient on two sides: what is then measured is in part how well the patient is
 * recognised. Splits by image, the article's, pass.
 * @throws InputError for what is no split; naming the patient, the sides, and a picture on each
 */
export function checkSplit(split: Split): void {
  const missing = [...sides, 'classes' as const].find((part) => !Array.isArray(split?.[part]));
  if (missing)
    throw new InputError(
      `split is ${quote(split)}, which has no list ${missing}; give what splitDataset(xrays) returns`,
    );
  if (split.grouping === 'image') return;
  const seen = new Map<string, { readonly side: string; readonly path: string }>();
  for (const side of sides)
    for (const { patientId, path } of split[side]) {
      const before = seen.get(patientId);
      if (before && before.side !== side)
        throw new InputError(
          `Patient ${patientId} is on two sides of the split: ${before.path} in ${before.side}, ${path} in ${side}; ` +
            'keep all pictures of a patient on one side (splitDataset does), or set grouping to "image"',
        );
      seen.set(patientId, { side, path });
    }
}

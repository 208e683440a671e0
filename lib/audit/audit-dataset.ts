import { educationOnly } from '../core/education-only';
import type { WorkOptions } from '../core/progress';
import { countClass } from '../dataset/count-class';
import { countPatients } from '../dataset/count-patients';
import { picturesHash } from '../dataset/pictures-hash';
import { isSynthetic, type Xray } from '../dataset/xray';
import { withBackbone } from '../transfer/open-backbone';
import type { Audit, AuditedData } from './audit';
import { type AuditPart, partNames, partsOf, sightBy } from './audit-part';
import { type AuditedPictures, auditedPictures, type PicturesOptions } from './audited-pictures';
import { describeControls } from './controls';
import { judgeParts } from './judge-parts';

export interface AuditOptions extends PicturesOptions, WorkOptions {
  /** Name in the networks' table, or a folder with a tfjs layers-model (then `cut` is needed). Default "mobilenet". */
  readonly backbone?: string;
  /** Layer whose output is the feature map. Default: the table's. */
  readonly cut?: string;
  /** "imagenet" (default), "random", or a weights file. */
  readonly weights?: string;
}

function describeData(
  { xrays, classes, sampled, controls }: AuditedPictures,
  given: readonly Xray[],
): AuditedData {
  return {
    pictures: xrays.length,
    patients: countPatients(xrays),
    classes: classes.map((label) => ({
      ...countClass(xrays, label),
      sampled: sampled.filter((xray) => xray.label === label).length,
    })),
    controls: describeControls(given, controls),
    synthetic: isSynthetic(xrays),
    sha256: picturesHash(xrays),
  };
}

/**
 * Examines pictures for what a model may learn from them besides the disease: leakage (copies, look-alikes, patients on
 * two sides of a split) and shortcuts (what the border, the exposure, the source tell of the class). From these pictures
 * alone it says what to expect on pictures of a source that is not among them. For education only.
 *
 * Each figure stands under a rule (see `rules`); what a network sees is judged by a logistic regression on its frozen
 * features, patients kept together.
 * @param given records of two classes or more; their order does not matter
 * @throws InputError for fewer classes, for controls that are none, or as `loadBackbone` and `extractFeatures` do
 * @throws the signal's reason when interrupted; features that were computed are kept
 */
export async function auditDataset(given: readonly Xray[], options: AuditOptions = {}): Promise<Audit> {
  const start = performance.now();
  const { backbone: name = 'mobilenet', cut, weights, onProgress, signal, ...what } = options;
  const work = { onProgress, signal };
  const pictures = auditedPictures(given, what);
  const { seed } = pictures;
  const parts: AuditPart[] = [];
  const backbone = await withBackbone({ name, cut, weights, seed }, async (base) => {
    const compute = partsOf(pictures, sightBy(base, pictures, work));
    for (const part of partNames) parts.push(await compute(part));
    return { title: base.title, weights: base.weights, weightsHash: base.weightsHash };
  });
  const { whole, tests, verdict, expectation, duplicates } = judgeParts(parts);
  return {
    data: describeData(pictures, what.controls ?? []),
    backbone,
    seed,
    whole,
    tests,
    verdict,
    expectation,
    duplicates,
    seconds: (performance.now() - start) / 1000,
    notice: educationOnly,
  };
}

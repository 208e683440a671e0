import { plural } from '../core/plural';
import { seededRandom } from '../core/random';
import { countPatients } from '../dataset/count-patients';
import { isNumberedPatient } from '../dataset/patient-id';
import { splitDataset } from '../dataset/split-dataset';
import type { Split, Xray } from '../dataset/xray';
import { clusteredBootstrap } from '../evaluation/clustered-bootstrap';
import type { Figure } from '../evaluation/figure';
import { argmax } from '../evaluation/probabilities';
import { weightedMean } from '../evaluation/weighted';
import type { DuplicatePair } from './audit';
import type { Gram } from './logistic';
import { mostBits, surplusCopies } from './near-duplicates';
import { foldsOf, outOfFoldLogits } from './out-of-fold';
import type { Measurement, Omission } from './rules';
import type { Study } from './study';

const counted = (count: number): Figure => ({ value: count, low: count, high: count });

/** Files that are there more than once. */
export function identicalFiles(xrays: readonly Xray[]): Measurement {
  const { copies, groups } = surplusCopies(xrays);
  const found = `${plural(copies, 'file')} of ${xrays.length} ${copies === 1 ? 'is a copy' : 'are copies'} of another (${plural(groups, 'group')})`;
  return { name: 'exact-duplicates', figure: counted(copies), found };
}

/** Pairs that look the same, though they bear the names of two patients. */
export function alikePatients(pairs: readonly DuplicatePair[]): Measurement {
  const alike = pairs.filter(({ exact, patients }) => !exact && patients[0] !== patients[1]);
  const acrossClasses = alike.filter(({ labels }) => labels[0] !== labels[1]).length;
  const byFeatures = alike.filter(({ hashDistance }) => hashDistance > mostBits).length;
  const some = (count: number) => (alike.length === 1 ? '' : `${count} of them `);
  const found =
    plural(alike.length, 'pair') +
    (byFeatures ? `, ${some(byFeatures)}by the network's features alone` : '') +
    (acrossClasses ? `, ${some(acrossClasses)}of two classes` : '');
  return { name: 'near-duplicates', figure: counted(alike.length), found };
}

/** The pictures of the test part whose patient stands in the training or validation part too. */
export function sharedPatients({ train, validation, test }: Split): Xray[] {
  const known = new Set([...train, ...validation].map(({ patientId }) => patientId));
  return test.filter(({ patientId }) => known.has(patientId));
}

const allSingle = (xrays: readonly Xray[]): boolean => countPatients(xrays) === xrays.length;
const single =
  'every picture counts as a patient of its own; if some are of one person, name the patients in records.csv';

/** How many test pictures are of a patient who was trained on: in the split given, or in one by picture as the article makes. */
export function patientsOnTwoSides(
  xrays: readonly Xray[],
  seed: number,
  given?: Split,
): Measurement | Omission {
  const name = 'shared-patients';
  if (allSingle(xrays)) return { name, why: single };
  const split = given ?? splitDataset(xrays, { grouping: 'image', test: 0.2, seed });
  const two = sharedPatients(split);
  const shared = two.length;
  const doubt = two.some(({ patientId }) => isNumberedPatient(patientId))
    ? ', if equal numbers in file names are one patient; numbers may be reused between folders'
    : '';
  const where = given ? 'the split given' : 'a split by picture';
  const found = `in ${where} ${shared} of ${plural(split.test.length, 'test picture')} ${shared === 1 ? 'is' : 'are'} of patients who are trained on too${doubt}`;
  return { name, figure: counted(shared), found };
}

/** Divisions whose accuracies are averaged. */
const divisions = 3;

/** What accuracy gains when pictures of one patient may stand on both sides: out of fold, by picture minus by patient. */
export function splitDifference(study: Study, gram: Gram): Measurement | Omission {
  const name = 'split-difference';
  const { xrays, classes, truth, patients, seed } = study;
  if (allSingle(xrays)) return { name, why: single };
  const gains = xrays.map(() => 0);
  const right = { image: 0, patient: 0 };
  for (let division = 0; division < divisions; division++)
    for (const grouping of ['image', 'patient'] as const) {
      const folds = foldsOf(xrays, grouping, seed + division);
      const logits = outOfFoldLogits(gram, truth, classes.length, folds);
      logits.forEach((row, i) => {
        if (argmax(row) !== truth[i]) return;
        right[grouping]++;
        gains[i]! += (grouping === 'image' ? 1 : -1) / divisions;
      });
    }
  const share = (count: number) => (count / (divisions * xrays.length)).toFixed(3);
  const random = seededRandom(`${seed}/audit/${name}`);
  const figure = clusteredBootstrap(patients, weightedMean(gains), { random });
  const between =
    figure.value === null ? '' : `, ${signed(figure.value)} [${signed(figure.low)}, ${signed(figure.high)}]`;
  const found = `accuracy ${share(right.image)} by picture, ${share(right.patient)} by patient${between}`;
  return { name, figure, found };
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

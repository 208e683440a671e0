import { type Random, seededRandom } from '../../core/random';
import { phantomVersion } from '../phantom';
import { type PhantomClass, phantomClasses } from '../phantom-class';

/** One picture to be drawn: where it goes, whose it is, and the streams it is drawn from. */
export interface PlannedPhantom {
  /** File name inside the class folder. */
  readonly name: string;
  readonly patientId: string;
  readonly patient: Random;
  readonly picture: Random;
}

/** Which pictures: `training` is the dataset itself, `test` other patients of its own stream. */
export type PhantomPart = 'training' | 'test';

/** How many pictures a patient has: most have one, some two or three, in every class alike. */
function visits(patient: Random): number {
  const drawn = patient.fork('visits').uniform();
  return drawn < 0.6 ? 1 : drawn < 0.85 ? 2 : 3;
}

const padded = (number: number): string => String(number).padStart(4, '0');

const streamOf = (label: PhantomClass, part: PhantomPart, seed: number): Random =>
  seededRandom(seed).fork('phantom').fork(part).fork(label);
const patientStream = (stream: Random, number: number): Random => stream.fork('patient').fork(number);
const pictureStream = (stream: Random, number: number): Random => stream.fork('picture').fork(number);

/**
 * The first `count` pictures of one class. Each has streams of its own, so that a larger count only adds pictures.
 * Version, seed and part are in the patient's name: no two of them are ever mistaken for one patient.
 */
export function planPhantoms(
  label: PhantomClass,
  part: PhantomPart,
  seed: number,
  count: number,
): PlannedPhantom[] {
  const stream = streamOf(label, part, seed);
  const prefix = `phantom-v${phantomVersion}-${seed}-${part}-${label}`;
  const planned: PlannedPhantom[] = [];
  for (let number = 1; planned.length < count; number++) {
    const patient = patientStream(stream, number);
    for (let visit = visits(patient); visit > 0 && planned.length < count; visit--) {
      const picture = planned.length + 1;
      planned.push({
        name: `phantom-${padded(picture)}.png`,
        patientId: `${prefix}-${padded(number)}`,
        patient,
        picture: pictureStream(stream, picture),
      });
    }
  }
  return planned;
}

/** The streams that a phantom was drawn from and its class, told from its names; undefined where it is none of this version. */
export function drawnFrom(
  name: string,
  patientId: string,
): { label: PhantomClass; patient: Random; picture: Random } | undefined {
  const [, version, seed, part, label, patient] =
    /^phantom-v(\d+)-(\d+)-(training|test)-(\w+)-(\d+)$/.exec(patientId) ?? [];
  const picture = /^phantom-(\d+)\.png$/.exec(name)?.[1];
  const known = phantomClasses.find((phantomClass) => phantomClass === label);
  if (Number(version) !== phantomVersion || !known || !picture) return undefined;
  const stream = streamOf(known, part as PhantomPart, Number(seed));
  return {
    label: known,
    patient: patientStream(stream, Number(patient)),
    picture: pictureStream(stream, Number(picture)),
  };
}

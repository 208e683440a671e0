import { type Random, seededRandom } from '../../core/random';
import { phantomVersion } from '../phantom';
import type { PhantomClass } from '../phantom-class';

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
  const stream = seededRandom(seed).fork('phantom').fork(part).fork(label);
  const prefix = `phantom-v${phantomVersion}-${seed}-${part}-${label}`;
  const planned: PlannedPhantom[] = [];
  for (let number = 1; planned.length < count; number++) {
    const patient = stream.fork('patient').fork(number);
    for (let visit = visits(patient); visit > 0 && planned.length < count; visit--) {
      const picture = planned.length + 1;
      planned.push({
        name: `phantom-${padded(picture)}.png`,
        patientId: `${prefix}-${padded(number)}`,
        patient,
        picture: stream.fork('picture').fork(picture),
      });
    }
  }
  return planned;
}

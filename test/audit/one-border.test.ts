import { describe, expect, test } from 'vitest';
import { oneBorder } from '../../lib/audit/one-border';
import type { Rows } from '../../lib/audit/rows';
import { type Measurement, type Omission, toTest } from '../../lib/audit/rules';
import { type Study, studyOf } from '../../lib/audit/study';
import { seededRandom } from '../../lib/core/random';
import type { Xray } from '../../lib/dataset/xray';
import { asPictures, type PictureToSee } from '../../lib/transfer/picture-variants';
import { some } from './some-xrays';

/** Rows of pictures of which border and centre tell the class as strongly as asked: two numbers each, and two of noise. */
function seenBy(xrays: readonly Xray[], ofBorder: number, ofCentre: number) {
  const labelOf = new Map(xrays.map(({ sha256, label }) => [sha256, label]));
  const noise = (name: string) => seededRandom(name).normal();
  return async (pictures: readonly PictureToSee[]): Promise<Rows> => {
    const row = ({ sha256, border }: PictureToSee): number[] => {
      const frame = border?.sha256 ?? sha256;
      const sign = (hash: string) => (labelOf.get(hash) === 'covid' ? 1 : -1);
      return [0, 1].flatMap((k) => [
        ofBorder * sign(frame) + noise(`border ${k} ${frame}`),
        ofCentre * sign(sha256) + noise(`centre ${k} ${sha256}`),
      ]);
    };
    return { data: Float32Array.from(pictures.flatMap(row)), dimension: 4 };
  };
}
const classes = ['covid', 'normal'];
const xrays = [...some('covid', 'here', 40), ...some('normal', 'there', 40)];
const study = studyOf(xrays, classes, 1);
async function tried(own: Study, ofBorder: number, ofCentre: number) {
  const rowsOf = seenBy(own.xrays, ofBorder, ofCentre);
  const asked: PictureToSee[] = [];
  const result = await oneBorder(own, await rowsOf(asPictures(own.xrays)), (pictures) => {
    asked.push(...pictures);
    return rowsOf(pictures);
  });
  return { result, asked };
}
const measured = (result: Measurement | Omission): Measurement => {
  if ('why' in result) throw new Error(result.why);
  return result;
};

describe('all pictures within the borders of one class', () => {
  test('a model that reads the border alone has nothing left, and calls the class of the border', async () => {
    const result = measured((await tried(study, 3, 0)).result);
    expect(result.against!.value).toBeGreaterThan(0.95);
    expect(result.figure.value).toBeLessThan(0.65);
    expect(toTest(result, result.against!).verdict).toBe('flagged');
    const [covid, normal] = [...result.found!.matchAll(/(\d+) of 80 pictures are called so/g)].map(([, n]) =>
      Number(n),
    );
    expect(covid).toBeGreaterThan(72);
    expect(normal).toBeGreaterThan(72);
  });

  test('a model that reads the inside alone loses nothing', async () => {
    const result = measured((await tried(study, 0, 3)).result);
    expect(result.figure.value).toBeGreaterThan(0.95);
    expect(Math.abs(result.figure.value! - result.against!.value!)).toBeLessThan(0.05);
    expect(toTest(result, result.against!).verdict).toBe('clear');
  });

  test('every picture is asked for once in the border of each class, never in that of its own patient, of its own fold', async () => {
    const { asked } = await tried(study, 1, 1);
    expect(asked).toHaveLength(2 * xrays.length);
    const of = new Map(xrays.map((xray) => [xray.sha256, xray]));
    const foldOf = new Map(
      study.divisions[0]!.flatMap(({ test: held }, fold) =>
        held.map((i) => [xrays[i]!.sha256, fold] as const),
      ),
    );
    asked.forEach(({ sha256, border }, k) => {
      expect(sha256).toBe(xrays[k % xrays.length]!.sha256);
      const donor = of.get(border!.sha256)!;
      expect(donor.label).toBe(classes[Math.floor(k / xrays.length)]);
      expect(donor.patientId).not.toBe(of.get(sha256)!.patientId);
      expect(foldOf.get(donor.sha256)).toBe(foldOf.get(sha256));
    });
  });

  test('the same again for the same seed, of three classes too', async () => {
    const three = studyOf([...xrays, ...some('pneumonia', 'there', 30)], [...classes, 'pneumonia'], 1);
    const [once, again] = [await tried(three, 1, 1), await tried(three, 1, 1)];
    expect(again).toEqual(once);
    expect(measured(once.result).found).toMatch(/within borders of "pneumonia" \d+ of 110/);
  });

  test('is not made where a fold has nobody else to take a border from', async () => {
    const few = studyOf([...some('covid', 'here', 5), ...some('normal', 'there', 40)], classes, 1);
    expect((await tried(few, 1, 1)).result).toEqual({
      name: 'one-border',
      why: 'a fold has too few patients to take borders from',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { sha256 } from '../../lib/core/files';
import { seededRandom } from '../../lib/core/random';
import { drawPhantom, phantomSize, phantomVersion } from '../../lib/dataset/phantom';
import { drawAnatomy, outlinesOf } from '../../lib/dataset/phantom/anatomy';
import { sumOf } from '../../lib/dataset/phantom/field';
import { drawFindings } from '../../lib/dataset/phantom/findings';
import { planPhantoms } from '../../lib/dataset/phantom/plan';
import { bodyCoordinates, drawPose } from '../../lib/dataset/phantom/pose';
import { type PhantomClass, phantomClasses } from '../../lib/dataset/phantom-class';

const draw = (label: PhantomClass, count: number, seed = 42) =>
  planPhantoms(label, 'training', seed, count).map(({ patient, picture }) =>
    drawPhantom(label, patient, picture),
  );

describe('drawPhantom', () => {
  it('gives the same pixels for the same streams, and others for another seed, class or patient', () => {
    const pixels = (label: PhantomClass, patient: number, picture: number) =>
      sha256(drawPhantom(label, seededRandom(patient), seededRandom(picture)).data);
    expect(pixels('covid', 1, 2)).toBe(pixels('covid', 1, 2));
    expect(
      new Set([pixels('covid', 1, 2), pixels('covid', 1, 3), pixels('covid', 2, 2), pixels('normal', 1, 2)])
        .size,
    ).toBe(4);
  });

  it('does not depend on how much of its streams was drawn before', () => {
    const used = seededRandom(1);
    used.normal();
    expect(drawPhantom('normal', used, seededRandom(2)).data).toEqual(
      drawPhantom('normal', seededRandom(1), seededRandom(2)).data,
    );
  });

  it.each(phantomClasses)(
    'draws a chest for %s: air dark, lungs darker than the middle, nothing clipped',
    (label) => {
      const corners: number[] = [];
      for (const { width, height, data } of draw(label, 8)) {
        expect([width, height, data.length]).toEqual([phantomSize, phantomSize, phantomSize ** 2]);
        const mean = (left: number, top: number, side: number) => {
          let sum = 0;
          for (let y = 0; y < side; y++)
            for (let x = 0; x < side; x++) sum += data[(top + y) * width + left + x]!;
          return sum / side ** 2;
        };
        const lung = Math.min(mean(60, 80, 24), mean(140, 80, 24));
        expect(mean(102, 80, 20)).toBeGreaterThan(lung + 25);
        expect(mean(102, 205, 18)).toBeGreaterThan(lung + 25);
        corners.push(Math.min(mean(0, 20, 12), mean(204, 0, 20)));
        expect(data.filter((grey) => grey === 255 || grey === 0).length).toBeLessThan(0.01 * data.length);
      }
    },
  );

  it('says SYNTHETIC at one place in every picture', () => {
    const letterI = draw('covid', 6).map(({ width, data }) =>
      Array.from({ length: 5 }, (_, y) => data[(6 + y) * width + 37]!),
    );
    for (const column of letterI) for (const grey of column) expect(grey).toBeGreaterThanOrEqual(165);
  });

  it('gives both illnesses the same opacity in sum', () => {
    const opacity = (label: PhantomClass) => {
      const sums = Array.from({ length: 30 }, (_, i) => {
        const random = seededRandom(i);
        const anatomy = drawAnatomy(random);
        const places = bodyCoordinates(drawPose(random), phantomSize);
        return sumOf(
          drawFindings(label, { anatomy, outlines: outlinesOf(anatomy) }, places, phantomSize, random),
        );
      });
      return sums.reduce((a, b) => a + b, 0) / sums.length;
    };
    const covid = opacity('covid');
    expect(covid).toBeGreaterThan(0);
    expect(opacity('pneumonia') / covid).toBeGreaterThan(0.9);
    expect(opacity('pneumonia') / covid).toBeLessThan(1.1);
    expect(opacity('normal')).toBeLessThan(covid);
  });
});

describe('phantomVersion', () => {
  // Folders of an older version are drawn again only because the version in their patients' names is another one.
  it('belongs to these very pixels: where they change, raise it and set both here', () => {
    const pixels = phantomClasses.map((label) => draw(label, 2).map(({ data }) => sha256(data)));
    expect({ phantomVersion, pixels: sha256(pixels.flat().join()) }).toEqual({
      phantomVersion: 2,
      pixels: '0eaa3b79bd3e249f2f001de3014344bcd15e32948d9965eaf353380b3f417fad',
    });
  });
});

describe('planPhantoms', () => {
  it('only adds pictures when more are asked for', () => {
    const few = planPhantoms('covid', 'training', 42, 5);
    const many = planPhantoms('covid', 'training', 42, 30).slice(0, 5);
    expect(many.map(({ name, patientId }) => [name, patientId])).toEqual(
      few.map(({ name, patientId }) => [name, patientId]),
    );
    expect(many.map(({ patient, picture }) => sha256(drawPhantom('covid', patient, picture).data))).toEqual(
      few.map(({ patient, picture }) => sha256(drawPhantom('covid', patient, picture).data)),
    );
  });

  it('gives some patients two or three pictures', () => {
    const pictures = new Map<string, number>();
    for (const { patientId } of planPhantoms('normal', 'training', 42, 200))
      pictures.set(patientId, (pictures.get(patientId) ?? 0) + 1);
    expect(new Set(pictures.values())).toEqual(new Set([1, 2, 3]));
  });

  it('never gives one patient to two classes, parts or seeds', () => {
    const plans = [
      planPhantoms('normal', 'training', 42, 40),
      planPhantoms('covid', 'training', 42, 40),
      planPhantoms('normal', 'test', 42, 40),
      planPhantoms('normal', 'training', 43, 40),
    ];
    const patients = plans.map((plan) => new Set(plan.map(({ patientId }) => patientId)));
    const all = new Set(patients.flatMap((set) => [...set]));
    expect(all.size).toBe(patients.reduce((sum, set) => sum + set.size, 0));
    const first = plans.map(([planned]) => planned!.patient.fork('x').uniform());
    expect(new Set(first).size).toBe(plans.length);
  });
});

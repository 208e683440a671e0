import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/core/check';
import { drawPhantom, phantomSize } from '../../lib/dataset/phantom';
import { planPhantoms } from '../../lib/dataset/phantom/plan';
import { type PhantomClass, phantomClasses } from '../../lib/dataset/phantom-class';
import { phantomMasks } from '../../lib/dataset/phantom-masks';

const plan = (label: PhantomClass, count = 12) =>
  planPhantoms(label, 'training', 42, count).map((planned) => ({
    ...planned,
    masks: phantomMasks({ path: `folder/${planned.name}`, patientId: planned.patientId }),
  }));
const area = (mask: { data: Uint8Array }) => mask.data.reduce((sum, value) => sum + value, 0);

describe('phantomMasks', () => {
  it.each(phantomClasses)(
    'the lungs of %s: a third of the picture, darker than what surrounds them',
    (label) => {
      for (const { masks, patient, picture } of plan(label)) {
        const { data } = drawPhantom(label, patient, picture);
        const { lungs } = masks;
        expect([lungs.width, lungs.height, lungs.data.length]).toEqual([
          phantomSize,
          phantomSize,
          phantomSize ** 2,
        ]);
        expect(area(lungs) / phantomSize ** 2).toBeGreaterThan(0.2);
        expect(area(lungs) / phantomSize ** 2).toBeLessThan(0.5);
        // Within the trunk, above the corners' air and below the neck.
        const means = [0, 1].map((inside) => {
          let [sum, count] = [0, 0];
          for (let y = 60; y < 200; y++)
            for (let x = 40; x < 184; x++)
              if (lungs.data[y * phantomSize + x] === inside) {
                sum += data[y * phantomSize + x]!;
                count++;
              }
          return sum / count;
        });
        expect(means[0]!).toBeGreaterThan(means[1]! + 25);
      }
    },
  );

  it('findings lie inside the lungs, and are there in every ill picture', () => {
    for (const label of phantomClasses)
      for (const { masks } of plan(label)) {
        const { findings, lungs } = masks;
        if (label !== 'normal') expect(area(findings)).toBeGreaterThan(100);
        const outside = findings.data.filter((value, i) => value && !lungs.data[i]).length;
        expect(outside).toBeLessThanOrEqual(0.01 * area(findings));
      }
    const normal = plan('normal', 30).map(({ masks }) => area(masks.findings));
    expect(normal.filter((pixels) => pixels === 0).length).toBeGreaterThan(5);
    expect(normal.filter((pixels) => pixels > 0).length).toBeGreaterThan(5);
  });

  it('findings are where a picture differs from the same one without them', () => {
    // The same patient, pose and exposure drawn as normal: only the findings' stream is used otherwise.
    for (const { masks, patient, picture } of plan('covid', 6)) {
      const ill = drawPhantom('covid', patient, picture).data;
      const well = drawPhantom('normal', patient, picture).data;
      const overlay = phantomMasksOfNormal(ill, well);
      const inside = masks.findings.data.reduce((sum, value, i) => sum + value * overlay[i]!, 0);
      const outside = overlay.reduce((sum, value) => sum + value, 0) - inside;
      const share = area(masks.findings) / phantomSize ** 2;
      expect(inside / (inside + outside)).toBeGreaterThan(3 * share);
    }
  });

  it.each([
    ['a real record', 'normal/IM-0001.jpeg', 'kaggle-chest-xray/IM-0001'],
    ['another version', 'covid/phantom-0001.png', 'phantom-v1-42-training-covid-0001'],
    ['another name', 'covid/picture.png', 'phantom-v2-42-training-covid-0001'],
    ['a class that is none', 'covid/phantom-0001.png', 'phantom-v2-42-training-flu-0001'],
  ])('refuses %s', (_, path, patientId) => {
    expect(() => phantomMasks({ path, patientId })).toThrow(InputError);
    expect(() => phantomMasks({ path, patientId })).toThrow(path);
  });
});

/** How much lighter each pixel is in the ill picture. */
const phantomMasksOfNormal = (ill: Uint8Array, well: Uint8Array) =>
  Array.from(ill, (value, i) => Math.max(0, value - well[i]!));

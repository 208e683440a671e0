import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { planPhantoms } from '../../lib/dataset/phantom/plan';
import { phantomMasks } from '../../lib/dataset/phantom-masks';
import { insideShare, mapShare } from '../../lib/explain/inside-share';

const mask = (data: number[]) => ({ width: data.length / 2, height: 2, data: Uint8Array.from(data) });
const map = (data: number[]) => ({ width: data.length / 2, height: 2, data: Float32Array.from(data) });

describe('mapShare', () => {
  test('by hand', () => {
    expect(mapShare(map([1, 3, 0, 4]), mask([1, 0, 0, 1]))).toEqual({ share: 5 / 8, area: 0.5 });
    // What speaks against the class has no share.
    expect(mapShare(map([1, -3, 0, 1]), mask([1, 1, 0, 0]))).toEqual({ share: 0.5, area: 0.5 });
    expect(mapShare(map([0, 0, 0, -1]), mask([1, 1, 0, 0])).share).toBeNull();
  });

  test('a map that is the same everywhere has the share of the area', () => {
    const [planned] = planPhantoms('covid', 'training', 1, 1);
    const { lungs } = phantomMasks({ path: planned!.name, patientId: planned!.patientId });
    for (const side of [1, 7, 14]) {
      const even = { width: side, height: side, data: new Float32Array(side * side).fill(0.3) };
      const { share, area } = mapShare(even, lungs);
      expect(share).toBeCloseTo(area, 6);
    }
  });

  test('inside and outside add up to 1, whatever the map and its scale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 4, maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 12, maxLength: 12 }),
        (values, inside) => {
          const { share } = mapShare(map(values), mask(inside));
          const { share: rest } = mapShare(map(values), mask(inside.map((value) => 1 - value)));
          if (share === null || rest === null) {
            expect(rest).toBe(share);
            return;
          }
          expect(share + rest).toBeCloseTo(1, 6);
          expect(mapShare(map(values.map((v) => 4 * v)), mask(inside)).share).toBeCloseTo(share, 6);
        },
      ),
    );
  });
});

describe('insideShare', () => {
  const half = mask([1, 0, 1, 0]);
  const all = map([1, 0, 1, 0]);
  const none = map([0, 1, 0, 1]);
  const even = map([1, 1, 1, 1]);
  const of = (...maps: (typeof all)[]) => maps.map((one) => ({ map: one }));

  test('is the mean over patients, not over pictures', () => {
    const found = insideShare(of(all, none, even), [half, half, half], ['a', 'a', 'b']);
    // Patient a: (1 + 0) / 2; patient b: 0.5.
    expect(found).toMatchObject({ patients: 2, empty: 0, share: { value: 0.5 }, area: { value: 0.5 } });
    const three = insideShare(of(all, all, none), [half, half, half], ['a', 'a', 'b']);
    expect(three.share.value).toBeCloseTo(0.5, 12);
    expect(three.excess.value).toBeCloseTo(0, 12);
    expect(three.excess.low).toBeLessThan(-0.5);
  });

  test('empty maps, empty regions and unknown ones are counted and left out', () => {
    const nothing = map([0, 0, 0, 0]);
    const found = insideShare(
      of(all, nothing, even, even, even),
      [half, half, mask([0, 0, 0, 0]), undefined, half],
      ['a', 'b', 'c', 'd', 'e'],
    );
    expect(found).toMatchObject({ patients: 2, empty: 3, share: { value: 0.75 } });
  });

  test('what does not match, or is too little, is refused', () => {
    expect(() => insideShare(of(all), [], ['a'])).toThrow(InputError);
    expect(() => insideShare(of(all), [half], ['a'])).toThrow(/1 patients/);
  });
});

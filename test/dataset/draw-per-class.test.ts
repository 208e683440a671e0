import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { drawPerClass } from '../../lib/dataset/draw-per-class';
import type { Xray } from '../../lib/dataset/xray';

const xrays = ['normal', 'covid', 'pneumonia'].flatMap((label, k) =>
  Array.from({ length: 20 + k }, (_, i): Xray => {
    const name = `${label}-${i}`;
    const nothing = { source: '', view: '', license: '', width: 8, height: 8 };
    return { path: `${name}.png`, label, patientId: name, sha256: name, ...nothing };
  }),
);
const namesOf = (drawn: readonly Xray[]) => drawn.map(({ sha256 }) => sha256);

describe('drawPerClass', () => {
  test('takes so many of each class, none twice, a smaller count out of a larger', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        (a, b, seed) => {
          const [few, many] = [Math.min(a, b), Math.max(a, b)].map((count) =>
            drawPerClass(xrays, count, seed),
          );
          for (const label of ['covid', 'normal', 'pneumonia'])
            expect(many!.filter((xray) => xray.label === label)).toHaveLength(Math.max(a, b));
          expect(new Set(namesOf(many!)).size).toBe(many!.length);
          expect(namesOf(many!)).toEqual(expect.arrayContaining(namesOf(few!)));
        },
      ),
    );
  });

  test('follows from the seed', () => {
    expect(drawPerClass(xrays, 5, 1)).toEqual(drawPerClass(xrays, 5, 1));
    expect(drawPerClass(xrays, 5, 1)).not.toEqual(drawPerClass(xrays, 5, 2));
  });

  test('refuses more than there are, and none', () => {
    expect(() => drawPerClass(xrays, 21, 1)).toThrow(InputError);
    expect(() => drawPerClass(xrays, 21, 1)).toThrow('of "normal" there are 20');
    expect(() => drawPerClass(xrays, 0, 1)).toThrow('count is 0');
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { spearman } from '../../lib/evaluation/spearman';
import { structuralSimilarity } from '../../lib/evaluation/structural-similarity';
import { agreement } from '../agreement';

const reference: {
  ssim: { width: number; height: number; a: number[]; b: number[]; ssim: number }[];
  spearman: { a: number[]; b: number[]; spearman: number }[];
} = JSON.parse(readFileSync(path.join(__dirname, '..', 'fixtures', 'evaluation', 'similarity.json'), 'utf8'));

const close = {
  spearman: agreement('rank correlation', 'SciPy', 1e-9),
  ssim: agreement('structural similarity', 'TensorFlow, float32', 1e-5),
};

describe('spearman', () => {
  test.each(reference.spearman)(
    'equals scipy.stats.spearmanr to 1e-9 ($spearman)',
    ({ a, b, spearman: theirs }) => {
      close.spearman(spearman(a, b), theirs);
    },
  );

  const series = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 30 });

  test('is the same in both directions, 1 with itself, and unmoved by a rising change of scale', () => {
    fc.assert(
      fc.property(series, fc.integer(), (a, seed) => {
        const b = a.map((value, i) => Math.sin(seed + 7 * i) + 1e-7 * value);
        const value = spearman(a, b);
        if (Number.isNaN(value)) {
          expect(new Set(a).size === 1 || new Set(b).size === 1).toBe(true);
          return;
        }
        expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
        expect(spearman(b, a)).toBeCloseTo(value, 12);
        expect(spearman(a, a)).toBeCloseTo(1, 12);
        expect(
          spearman(
            a,
            b.map((x) => 3 * x + 2),
          ),
        ).toBeCloseTo(value, 12);
      }),
    );
  });

  test('is not a number where a series does not vary; refuses series that do not match', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(() => spearman([1, 2], [1, 2, 3])).toThrow(InputError);
    expect(() => spearman([1], [1])).toThrow(/1 and 1 values/);
  });
});

describe('structuralSimilarity', () => {
  test.each(reference.ssim)(
    'equals tf.image.ssim to 1e-5, $width×$height',
    ({ width, height, a, b, ssim }) => {
      const value = structuralSimilarity({ width, height, data: a }, { width, height, data: b });
      // TensorFlow computes it in float32.
      close.ssim(value, ssim);
    },
  );

  test('is 1 for equal pictures only', () => {
    const [{ width, height, a, b }] = reference.ssim as [(typeof reference.ssim)[number]];
    const grey = (data: number[]) => ({ width, height, data });
    expect(structuralSimilarity(grey(a), grey(a))).toBeCloseTo(1, 12);
    expect(structuralSimilarity(grey(a), grey(b))).toBeLessThan(0.99);
  });

  test('refuses pictures that do not match or are smaller than its window', () => {
    const grey = (width: number, height: number) => ({
      width,
      height,
      data: new Float32Array(width * height),
    });
    expect(() => structuralSimilarity(grey(20, 20), grey(20, 21))).toThrow(InputError);
    expect(() => structuralSimilarity(grey(10, 20), grey(10, 20))).toThrow(/10×20/);
  });
});

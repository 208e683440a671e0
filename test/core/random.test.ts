import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random';

const draw = (n: number, next: () => number) => Array.from({ length: n }, next);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('seededRandom', () => {
  it('gives the same stream for the same seed, another for another', () => {
    const [a, b, c] = [42, 42, 43].map((seed) => draw(20, seededRandom(seed).uniform));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('keeps its stream from version to version: results depend on it', () => {
    const random = seededRandom(42);
    expect(draw(6, () => random.integer(1000))).toEqual([460, 892, 299, 470, 604, 493]);
    expect(random.shuffle([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([2, 5, 6, 1, 7, 8, 4, 3]);
  });

  it('stays in range', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, n) => {
        const random = seededRandom(seed);
        const whole = random.integer(n);
        const between = random.between(-2, 5);
        expect(Number.isInteger(whole) && whole >= 0 && whole < n).toBe(true);
        expect(between >= -2 && between < 5).toBe(true);
      }),
    );
  });

  it('is uniform, and normal, as far as 20,000 numbers tell', () => {
    const random = seededRandom('moments');
    const uniform = draw(20_000, random.uniform);
    const normal = draw(20_000, random.normal);
    // Five standard errors of each figure.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(20_000));
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(20_000));
    expect(Math.abs(mean(normal.map((value) => value ** 2)) - 1)).toBeLessThan(
      (5 * Math.SQRT2) / Math.sqrt(20_000),
    );
    const dice = draw(20_000, () => random.integer(6));
    for (let face = 0; face < 6; face++) {
      const count = dice.filter((value) => value === face).length;
      expect(Math.abs(count - 20_000 / 6)).toBeLessThan(5 * Math.sqrt((20_000 * 5) / 36));
    }
  });

  it('shuffles all items into every order about equally often, leaving the argument alone', () => {
    const items = ['a', 'b', 'c'];
    const random = seededRandom(1);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle(items).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(items).toEqual(['a', 'b', 'c']);
    expect([...orders.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const count of orders.values())
      expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(6000 * (5 / 36)));
  });

  it('forks do not depend on what was drawn before, and differ by label', () => {
    const used = seededRandom(7);
    draw(5, used.uniform);
    expect(used.fork('x').uniform()).toBe(seededRandom(7).fork('x').uniform());
    expect(seededRandom(7).fork('x').uniform()).not.toBe(seededRandom(7).fork('y').uniform());
    expect(seededRandom(7).fork('x').uniform()).not.toBe(seededRandom(7).uniform());
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { longestValley } from '../../lib/transfer/longest-valley';
import { searchLearningRate } from '../../lib/transfer/search-learning-rate';
import type { HeadTraining } from '../../lib/transfer/train-head';
import { cloud, training } from './labelled';

const reference: { losses: number[]; index: number }[] = JSON.parse(
  readFileSync(path.join(__dirname, '..', 'fixtures', 'transfer', 'valley.json'), 'utf8'),
);

describe('longestValley', () => {
  test.each(reference.map(({ losses, index }) => [losses.length, losses, index] as const))(
    'as the rule of fastai, %i losses',
    (_, losses, index) => {
      expect(longestValley(losses)).toBe(index);
    },
  );

  test('is a place of the losses, and unmoved by a rising change of scale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (losses) => {
          const at = longestValley(losses);
          expect(losses[at]).toBeDefined();
          expect(longestValley(losses.map((loss) => 2 * loss))).toBe(at);
        },
      ),
    );
  });

  test('a loss that only rises: the lowest rate', () => {
    expect(longestValley([1, 2, 3])).toBe(0);
  });
});

describe('searchLearningRate', () => {
  const work = (seed = 1, { spread = 0.8, start = 'glorot' as HeadTraining['start'] } = {}) =>
    training({ train: cloud(seededRandom(seed), 60, 8, 2, { spread }), random: seededRandom(seed), start });

  test('the rate rises by one factor from step to step', () => {
    const { points } = searchLearningRate(work(), { lowest: 1e-6, highest: 1, steps: 60 });
    expect(points[0]!.learningRate).toBe(1e-6);
    points.slice(1).forEach(({ learningRate }, i) => {
      expect(learningRate / points[i]!.learningRate).toBeCloseTo(1e6 ** (1 / 60), 9);
    });
    expect(points.length).toBeLessThanOrEqual(60);
  });

  test('the loss is smoothed as a debiased moving average', () => {
    const { points } = searchLearningRate(work());
    points.forEach(({ smoothed }, i) => {
      const weights = points.slice(0, i + 1).map((_, j) => 0.98 ** (i - j));
      const total = weights.reduce((a, b) => a + b);
      const mean = weights.reduce((sum, weight, j) => sum + weight * points[j]!.loss, 0) / total;
      expect(smoothed).toBeCloseTo(mean, 9);
    });
  });

  test('ends when the loss has run away; suggests a rate at which it still fell', () => {
    // Classes that overlap: a head for which all of them come right would have no loss at any rate.
    const hard = work(1, { spread: 3, start: 'zeros' });
    const { points, suggestion, rule } = searchLearningRate(hard, { highest: 1000, steps: 200 });
    const lowest = Math.min(...points.map(({ smoothed }) => smoothed));
    expect(points.length).toBeLessThan(200);
    expect(points.at(-1)!.smoothed).toBeGreaterThan(4 * lowest);
    const at = points.findIndex(({ learningRate }) => learningRate === suggestion);
    const bottom = points.findIndex(({ smoothed }) => smoothed === lowest);
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(bottom);
    expect(points[at]!.smoothed).toBeLessThan(points[0]!.smoothed);
    expect(rule).toMatch(/^valley/);
  });

  test('follows from its seed alone, and leaves nothing behind', () => {
    expect(searchLearningRate(work())).toEqual(searchLearningRate(work()));
    expect(searchLearningRate(work(2))).not.toEqual(searchLearningRate(work()));
  });

  test('with a hidden layer too', () => {
    const { points } = searchLearningRate(
      training({ parameters: { hiddenUnits: 6, dropout: 0.3 }, random: seededRandom(3) }),
    );
    expect(points.length).toBeGreaterThan(30);
  });

  test.each([
    [{ lowest: 0 }, /lowest is 0/],
    [{ highest: 1e-8 }, /highest is 1e-8; it must be above lowest/],
    [{ steps: 5 }, /steps is 5; it must be a whole number, 20 to/],
  ])('%j is refused', (range, message) => {
    expect(() => searchLearningRate(work(), range)).toThrow(InputError);
    expect(() => searchLearningRate(work(), range)).toThrow(message);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLogistic, gramOf, logitOf } from '../../lib/audit/logistic';
import { seededRandom } from '../../lib/core/random';
import { agreement } from '../agreement';

interface Case {
  readonly rows: readonly (readonly number[])[];
  readonly positive: readonly boolean[];
  readonly penalty: number;
  readonly logits: readonly number[];
}
const fixture = path.join(__dirname, '..', 'fixtures', 'audit', 'reference.json');
const { logistic }: { logistic: Case[] } = JSON.parse(readFileSync(fixture, 'utf8'));

const rowsOf = (rows: readonly (readonly number[])[]) => ({
  data: Float32Array.from(rows.flat()),
  dimension: rows[0]!.length,
});

const close = agreement('logits of a logistic regression', 'scikit-learn', 1e-4, 'relative');

describe('fitLogistic', () => {
  it.each(logistic)(
    "equals scikit-learn's logits to 1e-4 of themselves, of pictures trained on and of others (case %#)",
    (known) => {
      const { rows, positive, penalty, logits } = known;
      const gram = gramOf(rowsOf(rows), positive.length);
      const train = positive.map((_, i) => i);
      const model = fitLogistic(gram, train, positive, penalty);
      logits.forEach((expected, i) => {
        close(logitOf(gram, model, i), expected);
      });
    },
  );

  it('learns from the pictures it is given only', () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 30 }, () => [random.normal(), random.normal(), random.normal()]);
    const gram = gramOf(rowsOf(rows));
    const train = [0, 2, 4, 6, 8, 10, 12, 14];
    const positive = train.map((i) => rows[i]![0]! > 0);
    const before = fitLogistic(gram, train, positive);
    const products = gram.products.slice();
    for (let i = 1; i < 30; i += 2) products[i * 30 + i]! += 100;
    const after = fitLogistic({ ...gram, products }, train, positive);
    expect(after).toEqual(before);
  });
});

describe('gramOf', () => {
  it('does not change with the scale or offset of a column, has mean 1 on the diagonal, and ignores even columns', () => {
    const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: -99, max: 99 }),
        (data, by, plus) => {
          const rows = Array.from({ length: 8 }, (_, i) => data.slice(3 * i, 3 * i + 3));
          fc.pre(new Set(rows.map(([a]) => a)).size > 1);
          const gram = gramOf(rowsOf(rows));
          const other = gramOf(rowsOf(rows.map(([a, b, c]) => [a! * by + plus, b!, c!, 5])));
          gram.products.forEach((product, k) => {
            expect(other.products[k]).toBeCloseTo(product, 3);
          });
          const trace = rows.reduce((sum, _, i) => sum + gram.products[i * 9]!, 0);
          expect(trace / 8).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('holds the products of every row with those to be trained on, however many columns', () => {
    const sizes = fc.tuple(
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom(3, 511, 1030),
    );
    fc.assert(
      fc.property(sizes, fc.integer(), ([trained, others, dimension], seed) => {
        const random = seededRandom(seed);
        const count = trained + others;
        const rows = Array.from({ length: count }, () =>
          Array.from({ length: dimension }, () => Math.fround(random.normal())),
        );
        const own = rows.slice(0, trained);
        const scaled = rows.map((row) =>
          row.map((value, d) => {
            const mean = own.reduce((sum, other) => sum + other[d]!, 0) / trained;
            const square = own.reduce((sum, other) => sum + (other[d]! - mean) ** 2, 0) / trained;
            return (value - mean) / Math.sqrt(square);
          }),
        );
        const { products } = gramOf(rowsOf(rows), trained);
        scaled.forEach((a, i) => {
          scaled.slice(0, trained).forEach((b, j) => {
            const product = a.reduce((sum, value, d) => sum + value * b[d]!, 0) / dimension;
            expect(products[i * trained + j]).toBeCloseTo(product, 4);
          });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('is 0 where nothing varies', () => {
    expect([...gramOf(rowsOf([[3], [3]])).products]).toEqual([0, 0, 0, 0]);
  });
});

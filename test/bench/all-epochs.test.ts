import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench } from './bench';

describe('secondsOfAllEpochs', async () => {
  const { secondsOfAllEpochs } = await bench('all-epochs');

  it('adds what was not run at the mean of what was, the first epoch aside, which compiles', () => {
    // 10 s of start, 8 s in the first epoch, 2 and 4 in the others; 22 epochs of 3 s are missing.
    expect(secondsOfAllEpochs(24, [8, 2, 4], 25)).toBe(24 + 22 * 3);
  });

  it('takes the first epoch where there is no other', () => {
    expect(secondsOfAllEpochs(12, [5], 3)).toBe(22);
  });

  it('leaves a whole run as it was measured', () => {
    const epochs = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(epochs, fc.double({ min: 1, max: 1e4, noNaN: true }), (measured, seconds) => {
        expect(secondsOfAllEpochs(seconds, measured, measured.length)).toBe(seconds);
      }),
    );
  });

  it('finds the time of a run whose epochs all take the same, however many were run', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 0, max: 25 }),
        fc.double({ min: 0.1, max: 60, noNaN: true }),
        (run, more, epoch) => {
          const start = 7;
          const all = secondsOfAllEpochs(start + run * epoch, Array(run).fill(epoch), run + more);
          expect(all).toBeCloseTo(start + (run + more) * epoch, 6);
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench } from './bench';

describe('compared', async () => {
  const { compared } = await bench('compared');

  it('gives how many times the peer takes as long', () => {
    expect(compared({ name: 'a', here: 20, peer: 489 })).toMatchObject({ unit: 's', ratio: 24.45 });
  });

  it('meets a ratio that is reached, and says nothing then', () => {
    const row = compared({ name: 'a', here: 20, peer: 400, least: 20, bound: 'convolutions' });
    expect(row).toMatchObject({ goal: '≥ 20×', met: true, note: undefined });
  });

  it('says by how much a ratio is missed, and what bounds it', () => {
    const row = compared({
      name: 'a',
      here: 20,
      peer: 360,
      least: 20,
      bound: 'convolutions',
      note: 'one run',
    });
    expect(row).toMatchObject({ met: false, note: '10 % short of ≥ 20×; convolutions; one run' });
  });

  it('says by how much a time is missed', () => {
    const row = compared({ name: 'a', here: 6, peer: 360, most: 5 });
    expect(row).toMatchObject({ goal: '≤ 5 s', met: false, note: '1 s over ≤ 5 s' });
  });

  it('meets two goals only together', () => {
    const row = (here: number, peer: number) => compared({ name: 'a', here, peer, most: 8, least: 40 });
    expect(row(2, 80)).toMatchObject({ goal: '≤ 8 s, ≥ 40×', met: true });
    expect(row(4, 80)).toMatchObject({ met: false, note: '50 % short of ≥ 40×' });
    expect(row(10, 400)).toMatchObject({ met: false, note: '2 s over ≤ 8 s' });
    expect(row(10, 200).note).toBe('2 s over ≤ 8 s, 50 % short of ≥ 40×');
  });

  it('never rounds a goal that is missed to nothing', () => {
    expect(compared({ name: 'a', here: 1, peer: 19.999, least: 20 }).note).toBe('1 % short of ≥ 20×');
  });

  it('leaves out what cannot be judged', () => {
    expect(compared({ name: 'a', here: 1, least: 20 })).toMatchObject({ ratio: undefined, met: undefined });
    expect(compared({ name: 'a', here: 1, peer: 2, note: 'x' })).toMatchObject({ met: undefined, note: 'x' });
  });

  it('meets a goal exactly where the figures do', () => {
    const seconds = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, seconds, (here, peer, least) => {
        expect(compared({ name: 'a', here, peer, least }).met).toBe(peer / here >= least);
      }),
    );
  });
});

describe('quantity', async () => {
  const { quantity } = await bench('compared');

  it.each([
    [undefined, 's', '–'],
    [null, 's', '–'],
    [0.012345, 's', '0.0123 s'],
    [1.5, 's', '1.5 s'],
    [99.96, 's', '100 s'],
    [488.6, 's', '489 s'],
    [12_345.6, 'pictures/s', '12,346 pictures/s'],
    [24.46, '×', '24.5×'],
    [85.23, '%', '85.2 %'],
    [3, undefined, '3'],
  ])('%s %s is %s', (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });
});

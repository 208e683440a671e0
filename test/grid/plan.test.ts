import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FeatureGroup, nameOf, type Piece, type Plan } from '../../lib/grid/plan';
import { flowOf, jobId } from '../../lib/grid/queue/jobs';
import { rateOf } from '../../lib/grid/queue/status';
import { durationText, statusText } from '../../lib/grid/queue/status-text';
import { parseGrid } from '../../lib/grid/read-grid';
import { runPieces } from '../../lib/grid/run-pieces';

describe('names', () => {
  test('follow from the whole description, not from the order of its keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (description) => {
        const backwards = Object.fromEntries(Object.entries(description).reverse());
        expect(nameOf(backwards)).toBe(nameOf(description));
        expect(nameOf({ ...description, more: 1 })).not.toBe(nameOf({ ...description, more: 2 }));
      }),
    );
  });
});

const features = (name: string, group: string): Piece => ({ kind: 'features', name, group, from: 0, to: 1 });
const training = (name: string, group?: string): Piece => ({
  ...{ kind: 'training', name, dataset: 0, network: 0, preset: 0, seed: 0, fold: 0 },
  ...(group && { group }),
});
const group = (name: string): FeatureGroup => ({
  ...{ name, dataset: 0, base: { name: 'fractal' }, weightsHash: 'w', title: 'Fractal' },
  ...{ copies: 0, rotation: 0 },
  settings: { preprocessing: 'own', resize: 'cv2', pooling: 'grid' },
});
const plan: Plan = {
  version: 1,
  grid: parseGrid({ datasets: ['d'], networks: ['fractal'] }, '/'),
  computing: { backend: 'tensorflow', tensorflow: '2.19.0', gpu: false, threads: 1, code: 'c' },
  datasets: [{ records: 'r', classes: ['a', 'b'], pictures: 2, synthetic: true }],
  groups: [group('g'), group('h')],
  pieces: [
    ...[features('f1', 'g'), features('f2', 'g'), training('t1', 'g'), training('t2', 'g')],
    ...[features('f3', 'h'), training('t3', 'h'), training('t4')],
    ...[
      { kind: 'audit', name: 'a1', part: 'border', weightsHash: 'w', dataset: 0, network: 0 } as const,
      { kind: 'comparison', name: 'c1' } as const,
    ],
  ],
};

describe('a flow', () => {
  const at = { store: '/store', hash: 'plan' };
  const outline = (there: string[]) => {
    const { data, children, queueName } = flowOf(plan, at, new Set(there));
    return [
      queueName,
      data.piece,
      children?.map((child) => [
        child.data.piece ?? child.data.group,
        child.children?.map(({ data }) => data.piece),
      ]),
    ];
  };

  test('has features before heads before the comparison', () => {
    expect(outline([])).toEqual([
      'pieces',
      'c1',
      [
        ['g', ['f1', 'f2']],
        ['h', ['f3']],
        ['t4', undefined],
        ['a1', undefined],
      ],
    ]);
  });

  test('leaves out what the store has', () => {
    const there = ['features/f1.json', 'training/t3.json', 'training/t4.json', 'audit/a1.json'];
    expect(outline(there)).toEqual(['pieces', 'c1', [['g', ['f2']]]]);
  });

  test('has ids that follow from comparison and piece, and says paths and hashes only', () => {
    const flow = flowOf(plan, at, new Set());
    expect(flow.opts?.jobId).toBe(jobId(plan, 'c1'));
    expect(flowOf(plan, at, new Set())).toEqual(flow);
    expect(JSON.stringify(flow.children![0]!.children![0]!.data)).toBe(
      '{"store":"/store","plan":"plan","piece":"f1","title":"features Fractal, pictures 1 to 1"}',
    );
    expect(flow.opts).toMatchObject({ attempts: 5, backoff: { type: 'exponential' } });
  });
});

describe('pieces', () => {
  /** Runs the plan; the pieces in `bad` fail. */
  async function runAll(runners: number, bad: readonly string[] = []) {
    const begun: string[] = [];
    const runner = {
      run: async ({ name }: Piece) => {
        begun.push(name);
        await new Promise((resolve) => setTimeout(resolve, name === 'f1' ? 20 : 1));
        if (bad.includes(name)) throw new Error(`${name} is bad`);
        return 'computed' as const;
      },
      close: async () => undefined,
    };
    const done = await runPieces(plan, Array(runners).fill(runner), {});
    return { begun, ...done };
  }

  test.each([1, 2, 7])('are computed once each, after what they need, by %i runners', async (runners) => {
    const { begun, computed, failed } = await runAll(runners);
    expect([...begun].sort()).toEqual(plan.pieces.map(({ name }) => name).sort());
    expect([computed, failed]).toEqual([9, []]);
    const inOrder = (a: string, b: string) => expect(begun.indexOf(a)).toBeLessThan(begun.indexOf(b));
    for (const feature of ['f1', 'f2']) for (const head of ['t1', 't2']) inOrder(feature, head);
    inOrder('f3', 't3');
    expect(begun.at(-1)).toBe('c1');
  });

  test.each([1, 3])('that fail stop only those that need them, with %i runners', async (runners) => {
    const { begun, computed, failed } = await runAll(runners, ['f2']);
    expect(failed).toEqual([{ name: 'f2', title: 'features Fractal, pictures 1 to 1', reason: 'f2 is bad' }]);
    expect(computed).toBe(5);
    expect([...begun].sort()).toEqual(['a1', 'f1', 'f2', 'f3', 't3', 't4']);
  });
});

describe('a status', () => {
  test('tells the rate from when the last pieces ended', () => {
    expect(rateOf([0, 30_000, 60_000], 60_000)).toBe(2);
    expect(rateOf([], 5)).toBeNull();
    expect(rateOf([5], 10)).toBeNull();
  });

  test.each([
    [12.4, '12 s'],
    [90, '2 min'],
    [3 * 3600 + 61, '3 h 1 min'],
  ])('%f s are %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  test('reads well', () => {
    const text = statusText({
      done: 3,
      running: [
        {
          piece: 'training fractal',
          worker: 'host 7',
          seconds: 4,
          progress: { stage: 'x', done: 2, total: 9 },
        },
      ],
      waiting: 5,
      failed: [{ piece: 'features VGG16', reason: 'no weights', tries: 5 }],
      rate: 12,
      secondsLeft: 30,
      workers: 2,
    });
    expect(text).toBe(
      [
        '3 done, 1 running, 5 waiting, 1 failed; 2 workers',
        'running · training fractal · 2 of 9 · 4 s · host 7',
        'failed · features VGG16 · no weights (5 tries)',
        '`xray-transfer queue retry` tries the failed ones again',
        '12 pieces a minute, 30 s left',
      ].join('\n'),
    );
  });
});

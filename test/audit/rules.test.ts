import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TestName, testNames } from '../../lib/audit/audit';
import { expectationOf, verdictOf } from '../../lib/audit/expectation';
import { type Condition, describeCondition, isFlagged, rules, toTest } from '../../lib/audit/rules';
import { type Figure, undefinedFigure } from '../../lib/evaluation/figure';

const about = (value: number, half = 0.05): Figure => ({ value, low: value - half, high: value + half });
const whole = about(0.9, 0.04);
const tells: Condition = { kind: 'tells', atLeast: 0.8, within: 0.05 };
const keepsUp: Condition = { kind: 'keeps-up', within: 0.05 };
const loses: Condition = { kind: 'loses', moreThan: 0.05 };

describe('isFlagged', () => {
  test.each<[string, Condition, Figure, Figure, boolean]>([
    ['the threshold itself', tells, about(0.8), about(0.99, 0.01), true],
    ['just below it', tells, about(0.7999), about(0.99, 0.01), false],
    ['as good as a poor whole picture', tells, about(0.68), about(0.72), true],
    ['worse than a poor whole picture', tells, about(0.6), about(0.72), false],
    ['above chance, beside a whole picture that is not', tells, about(0.62), about(0.6, 0.11), false],
    ['as good as guessing, as the whole picture is', tells, about(0.52, 0.1), about(0.55, 0.1), false],
    ['keeps up', keepsUp, about(0.86), whole, true],
    ['does not keep up', keepsUp, about(0.84), whole, false],
    ['a high figure that does not keep up', keepsUp, about(0.85), about(0.97, 0.02), false],
    ['loses', loses, about(0.8), whole, true],
    ['loses too little', loses, about(0.86), whole, false],
    ['loses no more than chance takes', loses, about(0.84), whole, false],
    ['loses a little more than chance takes', loses, about(0.83), whole, true],
    ['loses too little, though surely', loses, about(0.86, 0.001), about(0.9, 0.001), false],
    ['loses of what was chance', loses, about(0.45), about(0.56, 0.07), false],
    ['some', { kind: 'any' }, about(1, 0), whole, true],
    ['none', { kind: 'any' }, about(0, 0), whole, false],
    ['above 0', { kind: 'above-zero' }, about(0.06), whole, true],
    ['perhaps 0', { kind: 'above-zero' }, about(0.04), whole, false],
  ])('%s', (_, condition, figure, against, flagged) => {
    expect(isFlagged(condition, figure, against)).toBe(flagged);
  });

  test('a higher figure is never cleared where a lower one is flagged, for what tells classes apart', () => {
    const areas = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(areas, areas, ([a, b], [reached, half]) => {
        const [lower, higher] = [Math.min(a, b), Math.max(a, b)];
        for (const condition of [tells, keepsUp])
          if (isFlagged(condition, about(lower, half / 4), about(reached)))
            expect(isFlagged(condition, about(higher, half / 4), about(reached))).toBe(true);
      }),
    );
  });

  test('nothing follows from a figure that does not exist', () => {
    for (const { condition } of Object.values(rules))
      expect(isFlagged(condition, undefinedFigure, whole)).toBe(false);
  });
});

describe('the table of rules', () => {
  test('has a row a test, and each says its thresholds', () => {
    expect(Object.keys(rules).sort()).toEqual([...testNames].sort());
    expect(describeCondition(tells)).toBe(
      'flagged if 0.80 or more, or, both being above chance, within 0.05 of the whole picture',
    );
    const numbers = (text: string) => text.match(/\d\.\d+/g) ?? [];
    for (const { condition } of Object.values(rules)) {
      const thresholds = Object.values(condition).filter((value) => typeof value === 'number');
      expect(numbers(describeCondition(condition))).toEqual(thresholds.map((value) => value.toFixed(2)));
    }
  });
});

test('what is said of pictures that are no chest X-rays is true of them: lungs are named as what such X-rays show', () => {
  const words = testNames
    .filter((name) => name !== 'lungs')
    .flatMap((name) => [rules[name].flagged, rules[name].clear]);
  const ofLungs = words.filter((text) => /lung/i.test(text));
  expect(ofLungs.length).toBeGreaterThan(0);
  for (const text of ofLungs) expect(text).toContain('where a chest X-ray shows the lungs');
  for (const name of testNames) {
    const value = rules[name].condition.kind === 'loses' ? 0.61 : 0.87;
    expect(expectationOf(resultOf({ border: 0.5, [name]: value }), whole)).not.toMatch(/lung(?!s only)/i);
  }
});

describe('toTest', () => {
  test('puts a figure under its rule, in words', () => {
    const flagged = toTest({ name: 'border', figure: about(0.93, 0.02) }, whole);
    expect(flagged).toMatchObject({
      part: 'shortcuts',
      title: 'Border only',
      measure: 'AUROC',
      verdict: 'flagged',
    });
    expect(flagged.words).toBe(
      'AUROC 0.93 [0.91, 0.95]: the classes can be told apart without the middle of the picture, where a chest X-ray shows the lungs.',
    );
    const clear = toTest({ name: 'border', figure: about(0.6), found: 'found so much' }, whole);
    expect(clear.verdict).toBe('clear');
    expect(clear.words).toBe('Found so much: the border does not give the class away.');
  });

  test('a figure may be set against another than the whole pictures', () => {
    const result = { name: 'lungs', figure: about(0.8) } as const;
    expect(toTest(result, whole).verdict).toBe('flagged');
    expect(toTest({ ...result, against: about(0.82) }, whole).verdict).toBe('clear');
  });

  test('says why a test was not made', () => {
    const test_ = toTest({ name: 'view', why: 'all pictures have one projection' }, whole);
    expect(test_).toMatchObject({ verdict: 'not tested', figure: { value: null } });
    expect(test_.words).toBe('All pictures have one projection.');
  });
});

const resultOf = (values: Partial<Record<TestName, number>>) =>
  testNames.map((name) => {
    const value = values[name];
    return toTest(
      value === undefined ? { name, why: 'not needed' } : { name, figure: about(value, 0.03) },
      whole,
    );
  });

describe('the verdict', () => {
  test.each<[string, Partial<Record<TestName, number>>, string]>([
    ['flagged by the border', { border: 0.95 }, 'flagged'],
    ['flagged by what a source left out costs', { border: 0.55, 'sources-left-out': 0.7 }, 'flagged'],
    ['clear', { border: 0.55, edges: 0.5, 'without-centre': 0.6 }, 'clear'],
    [
      'hints do not count',
      { border: 0.55, thumbnail: 0.9, size: 1, exposure: 0.9, 'exact-duplicates': 3 },
      'clear',
    ],
    ['never clear without the border', { edges: 0.5 }, 'not tested'],
    ['nothing tested', {}, 'not tested'],
  ])('%s', (_, values, verdict) => {
    expect(verdictOf(resultOf(values), whole)).toBe(verdict);
  });

  test('says what to expect, by the test that tells most', () => {
    const text = expectationOf(resultOf({ border: 0.93, edges: 0.97, 'source-name': 0.8 }), whole);
    expect(text).toContain(
      'strips along the edges, without a network alone reaches AUROC 0.97 where whole pictures reach 0.90',
    );
    expect(text).toContain('an AUROC nearer 0.5 than 0.90');
  });

  test('by what was measured, where no shortcut was', () => {
    const text = expectationOf(resultOf({ border: 0.5, 'same-source': 0.58 }), whole);
    expect(expectationOf(resultOf({ border: 0.9, 'same-source': 0.58 }), whole)).toContain(
      'border only alone reaches AUROC 0.90 where whole pictures reach 0.90; other findings of the same source: AUROC 0.58',
    );
    expect(text).toContain('other findings of the same source: AUROC 0.58 instead of 0.90');
  });

  test('by whichever test alone is flagged, none of which suffices to expect the worst', () => {
    for (const name of testNames.filter((one) => rules[one].decisive)) {
      const value = rules[name].condition.kind === 'loses' ? 0.61 : 0.87;
      const text = expectationOf(resultOf({ border: 0.5, [name]: value }), whole);
      expect(text).toMatch(/^A model .* may fail on those/);
      expect(text).toContain(value.toFixed(2));
    }
  });

  test("the worst only where the source's name and pictures both tell", () => {
    const worst = /^Expect a model .* to fail .* one and the same answer/;
    expect(expectationOf(resultOf({ border: 0.9, 'source-name': 1 }), whole)).toMatch(worst);
    expect(expectationOf(resultOf({ border: 0.5, 'one-border': 0.6, 'source-name': 1 }), whole)).toMatch(
      worst,
    );
    for (const values of [
      { 'source-name': 1, view: 1 },
      { 'source-name': 1, 'same-source': 0.6 },
      { border: 0.9, 'same-source': 0.6 },
    ])
      expect(expectationOf(resultOf({ border: 0.5, ...values }), whole)).not.toMatch(worst);
  });

  test('of other findings leaves open what was learnt', () => {
    const text = expectationOf(resultOf({ border: 0.5, 'same-source': 0.6 }), whole);
    expect(text).toMatch(/Whether it learns the source or any opacity, these pictures cannot tell/);
    expect(text).not.toMatch(/as in that test/);
  });

  test('nothing, where nothing is learnt from the whole pictures', () => {
    const chance = { value: 0.52, low: 0.4, high: 0.64 };
    for (const values of [{ border: 0.5 }, { border: 0.62 }] as const) {
      expect(verdictOf(resultOf(values), chance)).toBe('not tested');
      expect(expectationOf(resultOf(values), chance)).toBe(
        'Nothing can be said: nothing is learnt from the whole pictures (AUROC 0.52 [0.40, 0.64]).',
      );
    }
    expect(verdictOf(resultOf({ border: 0.5, 'source-name': 1 }), chance)).toBe('flagged');
  });

  test('promises no more than a source left out has shown', () => {
    const text = expectationOf(resultOf({ border: 0.9, 'sources-left-out': 0.81 }), whole);
    expect(text).toMatch(
      /may fail .* 0\.81 instead of 0\.90\. Expect it to do worse there than 0\.90, as in that test/,
    );
    expect(text).not.toContain('nearer 0.5');
  });

  test('does not say that nothing was found where a hint tells the class', () => {
    const text = expectationOf(resultOf({ border: 0.5, exposure: 0.97 }), whole);
    expect(text).toMatch(
      /^Whole pictures reach AUROC 0\.90, and .* by brightness and contrast \(AUROC 0\.97\) alone: a shortcut, or/,
    );
    expect(text).toMatch(/No other was found. That is no proof .* worse than 0\.90/);
    expect(text).not.toContain('No shortcut');
    expect(expectationOf(resultOf({ border: 0.5, exposure: 0.6 }), whole)).toMatch(/^No shortcut/);
  });

  test('promises nothing where it is clear or not tested', () => {
    expect(expectationOf(resultOf({ border: 0.5 }), whole)).toMatch(/no proof .* worse than 0\.90/);
    expect(expectationOf(resultOf({}), whole)).toMatch(/^Nothing can be said/);
    expect(expectationOf(resultOf({}), undefinedFigure)).toMatch(/^Nothing can be expected/);
  });
});

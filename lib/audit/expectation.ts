import type { Verdict } from '../evaluation/audit-summary';
import type { PossibleFigure } from '../evaluation/figure';
import type { AuditTest } from './audit';
import { rules } from './rules';

const two = (value: number): string => value.toFixed(2);
const lowerFirst = (text: string): string => `${text[0]!.toLowerCase()}${text.slice(1)}`;

/** Flagged if a test is whose flag counts; clear if none is and the border was tried. */
export function verdictOf(tests: readonly AuditTest[]): Verdict {
  if (tests.some(({ name, verdict }) => verdict === 'flagged' && rules[name].decisive)) return 'flagged';
  return tests.some(({ name, verdict }) => name === 'border' && verdict === 'clear') ? 'clear' : 'not tested';
}

/**
 * What to expect of a model trained on these pictures, on pictures of one source that is not among theirs.
 * @param whole AUROC of the whole pictures
 */
export function expectationOf(tests: readonly AuditTest[], whole: PossibleFigure): string {
  const verdict = verdictOf(tests);
  if (whole.value === null) return 'Nothing can be expected: there are too few pictures to learn from.';
  const reached = two(whole.value);
  if (verdict === 'flagged') {
    const flagged = tests.filter((test) => test.verdict === 'flagged' && rules[test.name].decisive);
    const measured = flagged.filter(({ name }) => rules[name].condition.kind === 'loses').at(-1);
    const shortcuts = flagged.filter(({ name }) => rules[name].condition.kind === 'tells');
    const best = shortcuts.reduce<AuditTest | undefined>(
      (a, b) => (a && two(a.figure.value!) >= two(b.figure.value!) ? a : b),
      undefined,
    );
    const why = [
      ...(best
        ? [
            `${lowerFirst(best.title)} alone reaches AUROC ${two(best.figure.value!)} where whole pictures reach ${reached}`,
          ]
        : []),
      ...(measured
        ? [`${lowerFirst(measured.title)}: AUROC ${two(measured.figure.value!)} instead of ${reached}`]
        : []),
    ].join('; ');
    const isSource = flagged.some(({ name }) => name === 'source-name' || name === 'same-source');
    return isSource
      ? `Expect a model trained on these pictures to fail on those of a source that it has never seen: ${why}. ` +
          'What it learns is, or can be, where a picture comes from. On pictures of one new source expect it to give most of ' +
          `them one and the same answer, whatever they show, and an AUROC nearer 0.5 than ${reached}.`
      : `A model trained on these pictures may fail on those of a source that it has never seen: ${why}. ` +
          (measured
            ? `Expect it to do worse there than ${reached}, as in that test; how much worse, only such pictures can show.`
            : 'No test here shows that it does follow what lies outside the lungs, and none shows that it does not; ' +
              'try it on such pictures before any figure is believed.');
  }
  if (verdict === 'clear')
    return (
      `No shortcut was found that would do what whole pictures do (AUROC ${reached}). That is no proof that there is none: ` +
      `on pictures of a source that it has never seen expect a model to do worse than ${reached} all the same, and try it on such pictures.`
    );
  return 'Nothing can be said: the border was not tested.';
}

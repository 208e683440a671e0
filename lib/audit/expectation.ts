import type { Verdict } from '../evaluation/audit-summary';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import type { AuditTest, TestName } from './audit';
import { rules } from './rules';

const two = (value: number): string => value.toFixed(2);
const lowerFirst = (text: string): string => `${text[0]!.toLowerCase()}${text.slice(1)}`;

const isFlag = ({ name, verdict }: AuditTest): boolean => verdict === 'flagged' && rules[name].decisive;

/** Whether whole pictures tell the classes apart no better than chance, and no shortcut does well. */
const tellsNothing = (tests: readonly AuditTest[], whole: PossibleFigure): boolean =>
  whole.value === null ||
  (whole.low <= 0.5 &&
    !tests.some((test) => {
      const { condition } = rules[test.name];
      return isFlag(test) && condition.kind === 'tells' && test.figure.value! >= condition.atLeast;
    }));

/**
 * Flagged if a test is whose flag counts; clear if none is and the border was tried. Where nothing is learnt from the
 * whole pictures, nothing was tested.
 * @param whole AUROC of the whole pictures
 */
export function verdictOf(tests: readonly AuditTest[], whole: PossibleFigure): Verdict {
  if (tellsNothing(tests, whole)) return 'not tested';
  if (tests.some(isFlag)) return 'flagged';
  return tests.some(({ name, verdict }) => name === 'border' && verdict === 'clear') ? 'clear' : 'not tested';
}

/** Tests in which a network, or a plain classifier, saw what lies outside the middle or comes from another source. */
const ofPictures: ReadonlySet<TestName> = new Set([
  'without-centre',
  'border',
  'one-border',
  'edges',
  'sources-left-out',
]);

/**
 * Whether class and source go together in the records, and show in the pictures too, which the records alone do not see.
 * A flagged audit of such pictures expects the worst.
 */
export function showsSource(tests: readonly AuditTest[]): boolean {
  const flagged = tests.filter(isFlag);
  return (
    flagged.some(({ name }) => name === 'source-name') && flagged.some(({ name }) => ofPictures.has(name))
  );
}

/** What follows from the test of a loss; of pictures of another source only the last two say something. */
function lossWords(name: TestName | undefined, reached: string): string {
  if (name === undefined)
    return (
      'No test here shows that it does follow such a shortcut, and none shows that it does not; ' +
      'try it on such pictures before any figure is believed.'
    );
  if (name === 'same-source')
    return (
      'Whether it learns the source or any opacity, these pictures cannot tell; ' +
      'try it on pictures of another source, with other findings among them, before any figure is believed.'
    );
  return `Expect it to do worse there than ${reached}, as in that test; how much worse, only such pictures can show.`;
}

/** Tests whose flag is a hint: they tell the class, perhaps by what it is named for. */
const hints: ReadonlySet<TestName> = new Set(['size', 'exposure']);

/** That no shortcut was found; where a hint reaches what whole pictures do, that it may be one. */
function foundNothing(tests: readonly AuditTest[], reached: string): string {
  const told = tests
    .filter(({ name, verdict }) => hints.has(name) && verdict === 'flagged')
    .map(({ title, figure }) => `${lowerFirst(title)} (AUROC ${two(figure.value!)})`);
  return told.length
    ? `Whole pictures reach AUROC ${reached}, and the classes are told apart by ${told.join(' and by ')} alone: a shortcut, or the very ` +
        'difference that they are named for; these pictures cannot tell which. No other was found.'
    : `No shortcut was found that would do what whole pictures do (AUROC ${reached}).`;
}

/**
 * What to expect of a model trained on these pictures, on pictures of one source that is not among theirs.
 * @param whole AUROC of the whole pictures
 */
export function expectationOf(tests: readonly AuditTest[], whole: PossibleFigure): string {
  const verdict = verdictOf(tests, whole);
  if (whole.value === null) return 'Nothing can be expected: there are too few pictures to learn from.';
  if (tellsNothing(tests, whole))
    return `Nothing can be said: nothing is learnt from the whole pictures (AUROC ${formatFigure(whole, 2)}).`;
  const reached = two(whole.value);
  if (verdict === 'flagged') {
    const flagged = tests.filter(isFlag);
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
    return showsSource(tests)
      ? `Expect a model trained on these pictures to fail on those of a source that it has never seen: ${why}. ` +
          'What it learns is, or can be, where a picture comes from. On pictures of one new source expect it to give most of ' +
          `them one and the same answer, whatever they show, and an AUROC nearer 0.5 than ${reached}.`
      : `A model trained on these pictures may fail on those of a source that it has never seen: ${why}. ` +
          lossWords(measured?.name, reached);
  }
  if (verdict === 'clear')
    return (
      `${foundNothing(tests, reached)} That is no proof that there is none: ` +
      `on pictures of a source that it has never seen expect a model to do worse than ${reached} all the same, and try it on such pictures.`
    );
  return 'Nothing can be said: the border was not tested.';
}

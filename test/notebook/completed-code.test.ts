import { expect, test } from 'vitest';
import { completedCode } from '../../lib/notebook/completed-code';

/** Completion asked for at the bar, with the part before it that is replaced in brackets. */
const asked = (marked: string, ...matches: string[]) => {
  const code = marked.replace(/[[\]]/g, '');
  const start = marked.indexOf('[');
  return { code, start, end: marked.indexOf(']') - 1, matches: matches.map((text) => ({ text, type: '' })) };
};

test.each<[string, Parameters<typeof completedCode>, string]>([
  ['a cursor in the code stays', ['plots.history', 5], 'plots|.history'],
  ['one behind the code is brought back', ['plots.history', 20], 'plots.history|'],
  [
    'what followed is put back',
    ['import { show', 13, asked("import { [sh] } from 'x'", 'show', 'shown')],
    "import { show| } from 'x'",
  ],
  [
    'of another name it is not',
    ['import { hide', 13, asked("import { [sh] } from 'x'", 'show')],
    'import { hide|',
  ],
  ['nor of other code', ['let show', 3, asked('[sh](1)', 'show')], 'let| show'],
])('%s', (_, given, expected) => {
  const { code, cursor } = completedCode(...given);
  expect(`${code.slice(0, cursor)}|${code.slice(cursor)}`).toBe(expected);
});

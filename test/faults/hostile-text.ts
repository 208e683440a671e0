/** Texts that mean something to whoever prints, computes, opens or parses them, instead of standing for themselves. */
export const hostileTexts: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</td></table><svg onload=alert(1)>',
  '=HYPERLINK("http://example.org","click")',
  '+1+cmd|calc',
  '-2+3',
  '@SUM(A1:A9)',
  '\t=1+1',
  "'=1+1",
  '../../../../etc/passwd',
  '..\\..\\windows',
  '-rf',
  '\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://example.org\u001b\\click',
  '\u009b2J',
  '\u202egnp.right-to-left',
  '\u2066isolated\u2069',
  'two\nlines',
  'back\rspace\b\b',
  'nul\u0000byte',
  '---\nkey: value\n---',
  '[click](javascript:alert(1))',
  '| a | b |\n|---|---|',
  '`code` {{7*7}} %s',
  '__proto__',
  'constructor',
  '\u2028\u2029',
  'x'.repeat(1_000_000),
];

/** What a terminal would obey, line breaks and tabs left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

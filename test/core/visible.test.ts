import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleJson, visibleLine } from '../../lib/core/visible';
import { hostileTexts, obeyed } from '../faults/hostile-text';

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...hostileTexts.filter((text) => text.length < 1000)),
);

test('nothing that a terminal obeys is left; everything else stands as it was', () => {
  expect(visible('\x1b[31mred\x1b[0m \u202egnp\x9b2J\r')).toBe('\\x1b[31mred\\x1b[0m \\u202egnp\\x9b2J\\x0d');
  expect(visible('two\nlines\tand a tab: größer – 胸部 X 光 🩻')).toBe(
    'two\nlines\tand a tab: größer – 胸部 X 光 🩻',
  );
  expect(visibleLine('two\nlines\tand')).toBe('two\\x0alines\\x09and');
  fc.assert(
    fc.property(texts, (text) => {
      expect(visible(text)).not.toMatch(obeyed);
      expect(visibleLine(text)).not.toMatch(/[\n\t]/);
      expect(visible(visible(text))).toBe(visible(text));
    }),
  );
});

test('JSON stays the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), texts, (value, text) => {
      const json = visibleJson({ value, text });
      expect(json).not.toMatch(obeyed);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
    }),
  );
});

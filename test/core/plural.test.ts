import { expect, test } from 'vitest';
import { plural } from '../../lib/core/plural';

test.each([
  [plural(0, 'pair'), '0 pairs'],
  [plural(1, 'pair'), '1 pair'],
  [plural(2, 'pair'), '2 pairs'],
  [plural(1, 'class', 'classes'), '1 class'],
  [plural(3, 'class', 'classes'), '3 classes'],
])('%s', (text, wanted) => {
  expect(text).toBe(wanted);
});

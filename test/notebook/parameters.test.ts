import { afterEach, expect, test, vi } from 'vitest';
import { parameters } from '../../lib/notebook/parameters';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const defaults = { backbone: 'vgg16', batchSize: 8, calibrated: true };

test('are those given, and nothing is said', () => {
  const said = vi.spyOn(console, 'log').mockReturnValue();
  expect(parameters(defaults)).toEqual(defaults);
  expect(said).not.toHaveBeenCalled();
});

test('are overridden by variables of their names in capitals, which are told', () => {
  const said = vi.spyOn(console, 'log').mockReturnValue();
  vi.stubEnv('BATCH_SIZE', '16');
  vi.stubEnv('CALIBRATED', 'false');
  expect(parameters(defaults)).toEqual({ backbone: 'vgg16', batchSize: 16, calibrated: false });
  expect(said.mock.calls).toEqual([['Set from outside: BATCH_SIZE=16, CALIBRATED=false']]);
});

test.each([
  ['BATCH_SIZE', 'many', 'BATCH_SIZE is "many"; it must be a number'],
  ['BATCH_SIZE', '', 'BATCH_SIZE is ""; it must be a number'],
  ['CALIBRATED', 'yes', 'CALIBRATED is "yes"; choose true or false'],
])('are refused: %s=%s', (variable, text, message) => {
  vi.stubEnv(variable, text);
  expect(() => parameters(defaults)).toThrow(message);
});

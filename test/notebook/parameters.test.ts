import { afterEach, expect, test, vi } from 'vitest';
import { notebookParameters } from '../../lib/notebook/notebook-parameters';
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
  vi.stubEnv('XRAY_SET_BATCH_SIZE', '16');
  vi.stubEnv('XRAY_SET_CALIBRATED', 'false');
  expect(parameters(defaults)).toEqual({ backbone: 'vgg16', batchSize: 16, calibrated: false });
  expect(said.mock.calls).toEqual([['Set from outside: XRAY_SET_BATCH_SIZE=16, XRAY_SET_CALIBRATED=false']]);
});

test('are not touched by variables that mean something else', () => {
  vi.stubEnv('TEST', 'true');
  vi.stubEnv('BATCH_SIZE', '16');
  vi.stubEnv('XRAY_DATASET', 'elsewhere');
  const own = { test: 0.25, batchSize: 8, dataset: '../pictures' };
  expect(parameters(own)).toEqual(own);
});

test.each([
  ['XRAY_SET_BATCH_SIZE', 'many', 'XRAY_SET_BATCH_SIZE is "many"; it must be a number'],
  ['XRAY_SET_BATCH_SIZE', '', 'XRAY_SET_BATCH_SIZE is ""; it must be a number'],
  ['XRAY_SET_CALIBRATED', 'yes', 'XRAY_SET_CALIBRATED is "yes"; choose true or false'],
])('are refused: %s=%s', (variable, text, message) => {
  vi.stubEnv(variable, text);
  expect(() => parameters(defaults)).toThrow(message);
});

test.each<[Record<string, string | number | boolean>, RegExp]>([
  [
    { backbone: 'vgg61' },
    /^backbone is "vgg61"; did you mean vgg16\? Choose one of vgg16, vgg19, resnet50, /,
  ],
  [{ backbones: 'vgg16,resnet' }, /^backbone is "resnet"; did you mean resnet50\?/],
  [
    { backbones: 'vgg16, vgg19' },
    /^backbones is "vgg16, vgg19"; give 1 or more, separated by commas without/,
  ],
  [{ preset: 'artcle' }, /^preset is "artcle"; choose one of article, sound$/],
  [{ epochs: -1 }, /^epochs is -1; it must be a whole number, 1 to 10000$/],
  [{ epochs: 2.5 }, /^epochs is 2.5; it must be a whole number/],
  [{ batchSize: 0 }, /^batchSize is 0; /],
  [{ learningRate: 0 }, /^learningRate is 0; it must be a number from/],
  [{ augment: -4 }, /^augment is -4; /],
  [{ seed: -1 }, /^seed is -1; it must be a whole number, 0 or more$/],
  [{ seeds: '0,one' }, /^seeds is "one"; it must be a whole number, 0 or more$/],
  [{ folds: 1 }, /^folds is 1; it must be a whole number, 2 to 100$/],
  [{ classes: 'covid' }, /^classes is "covid"; give 2 or more/],
  [{ controls: 'no/such/folder' }, /^controls is "no\/such\/folder"; there is no such folder/],
  [{ test: 1.5 }, /^test is 1.5; it must be a number from 0.01 to 0.99$/],
])('out of range are refused in one sentence: %o', (wrong, message) => {
  expect(() => parameters(wrong)).toThrow(message);
});

test('of a user’s own making are not judged, nor a known name with another kind of value', () => {
  const own = { mine: -1, pictures: 'my-pictures', test: 'also-mine', toString: 'odd' };
  expect(parameters(own)).toEqual(own);
});

test('are found in a notebook with their defaults', () => {
  const cell = (source: string) => ({ cell_type: 'code' as const, source, metadata: {} });
  const cells = [
    cell("import { parameters } from '../dist/index';"),
    cell(
      "const params = parameters({\n  a: 'x' as const, // words\n  b: -1e-3, c: false, d: 8,\n});\nconst e = { f: 1 };",
    ),
  ];
  const found = notebookParameters({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
  expect(Object.fromEntries(found)).toEqual({ a: 'x', b: -0.001, c: false, d: 8 });
});

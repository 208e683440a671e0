import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { writeRecords } from '../../lib/dataset/records';
import { backboneNames } from '../../lib/networks/names';
import { loadModel } from '../../lib/transfer/load-model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { deadAddress, serveWeights } from '../networks/weights-mirror';
import { writeClassFolders } from '../transfer/class-folders';
import { tinyCut, writeTinyBackbone } from '../transfer/tiny-backbone';
import { freshDist, runCli } from './dist';

const root = mkdtempSync(path.join(tmpdir(), 'xray-cli-'));
const at = (...parts: string[]) => path.join(root, ...parts);
const data = at('data');
const tiny = at('tiny');
const base = ['--backbone', tiny, '--cut', tinyCut];

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', at('cache'));
  vi.stubEnv('XRAY_WEIGHTS', '');
  vi.stubEnv('XRAY_WEIGHTS_URL', await deadAddress());
  await Promise.all([
    freshDist(),
    writeTinyBackbone(tiny),
    writeClassFolders(data, ['covid', 'normal'], 40, { noise: 15 }),
  ]);
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** The one JSON object that standard output is. */
function jsonOf(stdout: string) {
  expect(stdout.endsWith('\n')).toBe(true);
  expect(stdout.trimEnd()).not.toContain('\n');
  const value = JSON.parse(stdout);
  expect(value).toBeTypeOf('object');
  return value;
}

describe('usage', () => {
  const commands = [
    'doctor',
    'data',
    'weights',
    'pretrain',
    'train',
    'evaluate',
    'cross-validate',
    'predict',
    'features',
    'export',
    'demo',
    'audit',
    'grid',
    'worker',
    'queue',
    'cache',
    'report',
  ];

  test('--help lists the commands; each has its own; exit 0', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stdout).toContain('never for diagnosis');
    const helps = await Promise.all(
      [
        ...commands.map((name) => [name]),
        ['cache', 'clear'],
        ['data', 'covid'],
        ['data', 'kaggle'],
        ['data', 'demo'],
      ].map((command) => runCli([...command, '--help'])),
    );
    for (const help of helps) {
      expect(help.code).toBe(0);
      expect(help.stdout).toContain('Usage: xray-transfer');
    }
  });

  test('--version is the package’s', async () => {
    const { version } = JSON.parse(readFileSync(path.join(projectFolder, 'package.json'), 'utf8'));
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('does not load TensorFlow, sharp or Vega for help', async () => {
    const script =
      'process.argv[2]="--help";process.on("exit",()=>{console.error(Object.keys(require.cache).filter((f)=>/node_modules/.test(f)).join("\\n"))});require(process.env.CLI)';
    const child = spawn(process.execPath, ['-e', script], {
      env: { ...process.env, CLI: path.join(projectFolder, 'dist', 'cli.js') },
    });
    let loaded = '';
    child.stderr.on('data', (part) => (loaded += part));
    child.stdout.resume();
    await new Promise((resolve) => child.on('close', resolve));
    expect(loaded).toContain('commander');
    expect(loaded).not.toMatch(/@tensorflow|sharp|vega|apache-arrow|zod/);
  });

  test.skipIf(process.platform === 'win32')('in a folder that was removed: a sentence, exit 1', () => {
    const gone = at('gone');
    mkdirSync(gone);
    const cli = path.join(projectFolder, 'dist', 'cli.js');
    const script = 'cd "$1" && rmdir "$1" && exec "$2" "$3" data demo --to demo';
    const ended = spawnSync('sh', ['-c', script, 'sh', gone, process.execPath, cli], { encoding: 'utf8' });
    expect(ended).toMatchObject({
      status: 1,
      stderr: 'The current folder is not there any more; go to one that is\n',
    });
  });

  const train = ['train', '--dataset', 'x', '--backbone', 'vgg16', '--out', 'x'];
  test.each<[string, string[], RegExp]>([
    ['no command', [], /Usage/],
    ['an unknown command', ['fly'], /fly/],
    ['an unknown option', ['doctor', '--fast'], /--fast/],
    ['an unknown option of train', [...train, '--epoch', '3'], /--epoch/],
    ['a missing option', ['train', '--dataset', 'x'], /--backbone/],
    ['a missing argument', ['predict', 'model'], /file/],
    ['too many arguments', ['evaluate', 'a', 'b', '--dataset', 'x'], /argument/],
    ['epochs that are no number', [...train, '--epochs', 'many'], /epochs is "many"/],
    ['an empty number', [...train, '--epochs', ''], /epochs/],
    ['epochs out of range', [...train, '--epochs', '0'], /epochs is 0.*1 to 10000/],
    ['half an epoch', [...train, '--epochs', '2.5'], /epochs is 2\.5/],
    ['a negative seed', [...train, '--seed', '-1'], /seed is -1/],
    ['a share above 1', [...train, '--test', '1.2'], /test is 1\.2/],
    ['a wrong augment', [...train, '--augment', 'sometimes'], /augment/],
    ['an unknown preset', [...train, '--preset', 'best'], /article, sound/],
    ['an unknown resize', [...train, '--resize', 'lanczos'], /cv2, antialiased/],
    ['a rate of no fine-tuning', [...train, '--fine-tune-learning-rate', '1e-4'], /needs --fine-tune/],
    [
      'a rate above 1',
      [...train, '--fine-tune', '1', '--fine-tune-learning-rate', '2'],
      /learning-rate is 2/,
    ],
    ['one class', [...train, '--classes', 'covid'], /two or more/],
    ['a report of no notebook', ['report', '--notebook', 'vgg61'], /did you mean vgg16\?/],
    ['a report with an unknown parameter', ['report', '--set', 'epoch=1'], /did you mean epochs\?/],
    ['a report with a wrong value', ['report', '--notebook', 'vgg16', '--set', 'epochs=-1'], /epochs is -1/],
    [
      'a split that is none',
      ['cross-validate', '--dataset', 'x', '--backbone', 'pixels', '--split', 'hospital'],
      /patient, picture, source/,
    ],
    [
      'folds of sources',
      ['cross-validate', '--dataset', 'x', '--backbone', 'pixels', '--split', 'source', '--folds', '3'],
      /leave out --folds/,
    ],
    [
      'a seed that is none',
      ['cross-validate', '--dataset', 'x', '--backbone', 'pixels', '--seeds', '1,x'],
      /seeds is "x"/,
    ],
    ['an audit of nothing', ['audit'], /--dataset/],
    ['an audit of one class', ['audit', '--dataset', 'x', '--classes', 'covid'], /two or more/],
    ['an audit of a handful', ['audit', '--dataset', 'x', '--per-class', '3'], /per-class is 3/],
    ['a class twice', [...train, '--classes', 'covid,covid'], /once/],
    ['no class', [...train, '--classes', ','], /classes/],
    [
      'a wrong part',
      ['data', 'kaggle', '--from', 'x', '--class', 'NORMAL', '--count', '3', '--part', 'some'],
      /train, test, all/,
    ],
    [
      'a wrong class',
      ['data', 'kaggle', '--from', 'x', '--class', 'FLU', '--count', '3'],
      /NORMAL, PNEUMONIA/,
    ],
    ['no count', ['data', 'demo', '--count', '0'], /count is 0/],
    ['an unknown dataset', ['data', 'nonsense'], /nonsense|argument/],
    ['too few pictures to learn from', ['pretrain', '--pictures', '63'], /pictures is 63/],
    ['nothing to clear', ['cache', 'clear'], /--network NAME, or --all/],
    ['too much to clear', ['cache', 'clear', '--all', '--network', 'x'], /--network NAME, or --all/],
    ['a file for several networks', ['weights', 'vgg16', 'vgg19', '--from', 'x'], /one network/],
  ])('%s: exit 2, said on standard error', async (_, args, says) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toMatch(says);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test.each<[string, string[], RegExp]>([
    [
      'an unknown backbone',
      ['train', '--dataset', data, '--backbone', 'nonsense', '--out', at('never')],
      new RegExp(`nonsense.*${backboneNames.join(', ')}`),
    ],
    [
      'ImageNet weights that are not here',
      ['train', '--dataset', data, '--backbone', 'vgg16', '--out', at('never')],
      /vgg16_weights.*--weights random.*The download failed: .*ECONNREFUSED/s,
    ],
    [
      'a folder without a cut',
      ['train', '--dataset', data, '--backbone', tiny, '--out', at('never')],
      /cut.*block2_relu/,
    ],
    ['no dataset', ['train', '--dataset', at('nothing'), ...base, '--out', at('never')], /nothing/],
    [
      'a class that is not there',
      ['train', '--dataset', data, '--classes', 'covid,flu', ...base, '--out', at('never')],
      /flu.*covid, normal/,
    ],
    [
      'a folder of something else to write to',
      ['train', '--dataset', data, ...base, '--out', data],
      /covid|normal/,
    ],
    ['an audit of a folder that is not there', ['audit', '--dataset', at('nothing')], /nothing/],
    ['no model', ['predict', at('nothing'), 'x.png'], /manifest\.json/],
    ['a back end that is none', ['doctor'], /XRAY_BACKEND is "abacus".*tensorflow, webgpu, wasm, cpu/],
  ])('%s: exit 1, with what to do; with --json one object that says it', async (name, args, says) => {
    const environment = name.startsWith('a back end') ? { XRAY_BACKEND: 'abacus' } : {};
    const [plain, json] = await Promise.all([
      runCli(args, environment),
      runCli([...args, '--json'], environment),
    ]);
    expect(plain.stderr).toMatch(says);
    expect(plain.stderr).not.toMatch(/\n {4}at /);
    expect(plain.stdout).toBe('');
    expect(plain.code).toBe(1);
    expect(jsonOf(json.stdout).error).toMatch(says);
    expect(json.code).toBe(1);
    expect(existsSync(at('never'))).toBe(false);
    expect(readdirSync(data).sort()).toEqual(['covid', 'normal']);
  });
});

const figure = { value: expect.any(Number), low: expect.any(Number), high: expect.any(Number) };
const figuresOf = (evaluation: {
  labels: string[];
  confusion: number[][];
  perClass: Record<string, Record<string, unknown>>;
}) => {
  expect(evaluation).toMatchObject({ labels: ['covid', 'normal'], accuracy: figure });
  expect(evaluation.confusion.map((row) => row.length)).toEqual([2, 2]);
  for (const label of evaluation.labels)
    expect(evaluation.perClass[label]).toMatchObject({
      sensitivity: figure,
      specificity: figure,
      precision: figure,
      f1: figure,
    });
};

test('a report to print is refused before anything is run, where nothing could print it', async () => {
  const CHROMIUM = at('no-browser');
  const { code, stderr } = await runCli(['report', '--pdf', '--out', at('report')], { CHROMIUM });
  expect([code, stderr]).toEqual([1, `CHROMIUM is "${CHROMIUM}"; there is no such file\n`]);
  expect(existsSync(at('report'))).toBe(false);
});

describe('train → evaluate → predict', () => {
  const model = at('model');
  let trained: Awaited<ReturnType<typeof runCli>>;
  const files = () =>
    ['covid', 'normal'].flatMap((label) =>
      [0, 1, 2].map((i) => {
        const name = readdirSync(path.join(data, label)).sort()[i]!;
        return path.join(data, label, name);
      }),
    );
  beforeAll(async () => {
    trained = await runCli([
      'train',
      '--dataset',
      data,
      '--classes',
      'covid,normal',
      ...base,
      '--epochs',
      '30',
      '--out',
      model,
      '--tensorboard',
      at('logs'),
      '--json',
    ]);
  });

  test('train logs its course for TensorBoard under the name of the model', () => {
    expect(readdirSync(at('logs'))).toEqual(['model']);
    expect(readdirSync(at('logs', 'model')).join()).toMatch(/^events\.out\.tfevents\.[\d.]+\.xray-transfer$/);
  });

  test('train writes the model and prints what the design says', () => {
    expect(trained.stderr).toContain('features');
    expect(trained.code).toBe(0);
    const found = jsonOf(trained.stdout);
    expect(found).toMatchObject({
      model,
      backbone: tiny,
      weights: expect.any(String),
      classes: ['covid', 'normal'],
      seconds: { features: expect.any(Number), head: expect.any(Number), total: expect.any(Number) },
      notice: expect.stringContaining('never for diagnosis'),
    });
    const { train, validation, test: held } = found.counts;
    expect(train + validation + held).toBe(80);
    figuresOf(found.evaluation);
    expect(found.evaluation.accuracy.value).toBeGreaterThan(0.8);
    expect(readdirSync(model).sort()).toEqual([
      'README.md',
      'manifest.json',
      'model.json',
      'run.json',
      'weights.bin',
    ]);
    const run = JSON.parse(readFileSync(path.join(model, 'run.json'), 'utf8'));
    expect(run.evaluation).toEqual(found.evaluation);
    expect(run.history.epochs.length).toBeGreaterThan(0);
  });

  test('evaluate leaves out what was trained on, and finds the same figures', async () => {
    const { code, stdout } = await runCli(['evaluate', model, '--dataset', data, '--json']);
    expect(code).toBe(0);
    const found = jsonOf(stdout);
    figuresOf(found.evaluation);
    expect(found.evaluation).toEqual(jsonOf(trained.stdout).evaluation);
    expect(found.pictures + found.seenInTraining).toBe(80);
  });

  test('evaluate on unknown classes counts what is not called the first', async () => {
    await writeClassFolders(at('others'), ['other'], 6, { seed: 3 });
    const { code, stdout } = await runCli([
      'evaluate',
      model,
      '--dataset',
      at('others'),
      '--classes',
      'other',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(jsonOf(stdout)).toMatchObject({
      evaluation: null,
      notCalled: { positive: 'covid', classes: [{ label: 'other', total: 6, share: figure }] },
    });
  });

  test('predict in a new process gives bit-equal probabilities', async () => {
    const { code, stdout } = await runCli(['predict', model, ...files(), '--json']);
    expect(code).toBe(0);
    const { predictions } = jsonOf(stdout);
    const here = await (await loadModel(model)).predict(files());
    expect(predictions).toEqual(JSON.parse(JSON.stringify(here)));
    // From pictures anew, too, not from the cache alone.
    const anew = await runCli(['predict', model, ...files(), '--json'], { XRAY_CACHE: at('new cache') });
    expect(jsonOf(anew.stdout).predictions).toEqual(predictions);
  });

  test('predict for people: a line a picture, and what it is not for', async () => {
    const { stdout } = await runCli(['predict', model, ...files()]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/covid_?.*: (covid|normal) \(covid \d\.\d{3}, normal \d\.\d{3}\)/);
    expect(lines.at(-1)).toContain('never for diagnosis');
  });

  test('one broken file of several: named, the others judged, exit 1', async () => {
    const [first, second] = files() as [string, string];
    writeFileSync(at('broken.png'), readFileSync(first).subarray(0, 300));
    const { code, stdout } = await runCli([
      'predict',
      model,
      first,
      at('broken.png'),
      at('none.png'),
      second,
      '--json',
    ]);
    expect(code).toBe(1);
    const { predictions } = jsonOf(stdout);
    expect(predictions.map(({ file }: { file: string }) => file)).toEqual([
      first,
      at('broken.png'),
      at('none.png'),
      second,
    ]);
    expect(predictions[0]).toMatchObject({
      label: expect.any(String),
      probabilities: { covid: expect.any(Number) },
    });
    expect(predictions[1]).toEqual({ file: at('broken.png'), error: expect.stringContaining('broken.png') });
    expect(predictions[2].error).toMatch(/none\.png.*not exist/);
    expect(predictions[3].label).toBeTypeOf('string');
  });

  test('only broken files: exit 1, each named', async () => {
    const { code, stdout } = await runCli(['predict', model, at('none.png'), '--json']);
    expect(code).toBe(1);
    expect(jsonOf(stdout).predictions).toEqual([{ file: at('none.png'), error: expect.any(String) }]);
  });

  test('more files than a process may open at once', async () => {
    const many = Array.from({ length: 300 }, () => files()[0]!);
    const cli = path.join(projectFolder, 'dist', 'cli.js');
    const command = `ulimit -n 120; exec "${process.execPath}" "${cli}" predict "${model}" ${many.join(' ')} --json`;
    const child = spawn('bash', ['-c', command]);
    let stdout = '';
    child.stdout.on('data', (part) => (stdout += part));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    expect(jsonOf(stdout).predictions).toHaveLength(300);
  });

  test('features: a row a picture, averaged over the map', async () => {
    const args = ['features', ...files().slice(0, 2), ...base, '--preprocessing', 'scale'];
    const [json, plain] = await Promise.all([runCli([...args, '--json']), runCli(args)]);
    expect([json.code, plain.code]).toEqual([0, 0]);
    const { features } = jsonOf(json.stdout);
    expect(features.map((row: number[]) => row.length)).toEqual([8, 8]);
    expect(
      plain.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',').map(Number)),
    ).toEqual(features);
    const broken = await runCli(['features', at('none.png'), ...base]);
    expect(broken).toMatchObject({ code: 1, stdout: '' });
    expect(broken.stderr).toContain('none.png');
  });

  test('features: broken files of several are named, the others computed, exit 1', async () => {
    const [first, second] = files() as [string, string];
    writeFileSync(at('torn.png'), readFileSync(first).subarray(0, 300));
    const args = ['features', first, at('torn.png'), at('none.png'), second, ...base];
    const [json, plain] = await Promise.all([runCli([...args, '--json']), runCli(args)]);
    expect([json.code, plain.code]).toEqual([1, 1]);
    const found = jsonOf(json.stdout);
    expect(found.files).toEqual([first, second]);
    expect(found.features).toHaveLength(2);
    expect(found.refused.map(({ file }: { file: string }) => file).sort()).toEqual([
      at('none.png'),
      at('torn.png'),
    ]);
    expect(plain.stdout.trimEnd().split('\n')).toHaveLength(2);
    for (const name of ['torn.png', 'none.png']) expect(plain.stderr).toContain(name);
  });
});

describe('ImageNet weights that are not here', () => {
  test('are downloaded by the command that needs them, with progress', async () => {
    const mirror = await serveWeights(at('mirror'));
    const environment = { XRAY_CACHE: at('fetched'), XRAY_WEIGHTS_URL: mirror.url };
    const model = at('on fetched weights');
    const training = ['train', '--dataset', data, '--backbone', 'mobilenet', '--epochs', '1', '--out', model];
    const trained = await runCli([...training, '--json'], environment);
    expect(trained.stderr).toMatch(/^download group1-shard1of2: \d+ done$/m);
    expect(jsonOf(trained.stdout)).toMatchObject({ backbone: 'mobilenet', weights: 'imagenet' });
    const picture = path.join(data, 'covid', readdirSync(path.join(data, 'covid'))[0]!);
    const elsewhere = { ...environment, XRAY_CACHE: at('fetched again') };
    const predicted = await runCli(['predict', model, picture], elsewhere);
    expect(predicted.stderr).toMatch(/^download group1-shard2of2/m);
    expect([trained.code, predicted.code, mirror.asked.length]).toEqual([0, 0, 6]);
    await mirror.close();
  });
});

describe('the cache', () => {
  const environment = { XRAY_CACHE: at('another-cache') };
  const list = async () => jsonOf((await runCli(['cache', '--json'], environment)).stdout);

  test('lists features, says its limit, and is cleared by network', async () => {
    const files = readdirSync(path.join(data, 'covid')).map((name) => path.join(data, 'covid', name));
    const pictures = files.filter((name) => name.endsWith('.png'));
    expect((await runCli(['features', ...pictures, ...base], environment)).code).toBe(0);
    const { features, bytes, limit } = await list();
    expect(features).toHaveLength(1);
    expect(features[0]).toMatchObject({
      network: tiny,
      cut: tinyCut,
      weights: tiny,
      settings: { preprocessing: 'tf', resize: 'cv2', pooling: 'mean' },
      pictures: pictures.length,
      bytes,
    });
    expect(limit).toBe(10e9);
    const plain = await runCli(['cache', 'list'], { ...environment, XRAY_CACHE_LIMIT: '2.5' });
    expect(plain.stdout).toContain(`${pictures.length} pictures`);
    expect(plain.stdout).toMatch(/MB of 2500\.0 MB \(XRAY_CACHE_LIMIT\)/);
    const wrong = await runCli(['cache', 'clear', '--network', 'vgg16'], environment);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain(tiny);
    const cleared = await runCli(['cache', 'clear', '--network', tiny, '--json'], environment);
    expect(jsonOf(cleared.stdout)).toEqual({ folders: 1, bytes });
    expect(await list()).toMatchObject({ features: [], bytes: 0 });
    expect((await runCli(['cache', 'clear', '--all'], environment)).code).toBe(0);
  });
});

describe('audit', { timeout: 300_000 }, () => {
  const pictures = at('audited');
  const audit = (...more: string[]) =>
    runCli(['audit', '--dataset', pictures, '--backbone', 'pixels', ...more]);
  beforeAll(() => writeClassFolders(pictures, ['covid', 'normal'], 44, { noise: 15 }));

  test('prints what it found as one JSON object, and keeps it beside the pictures if asked to', async () => {
    const { code, stdout, stderr } = await audit('--json', '--keep');
    expect(stderr).toContain('features');
    expect(code).toBe(0);
    const found = jsonOf(stdout);
    expect(found).toMatchObject({
      data: { pictures: 88, patients: 44 },
      backbone: { title: '32×32 pixels' },
      whole: figure,
      verdict: expect.stringMatching(/^(flagged|clear)$/),
      notice: expect.stringContaining('never for diagnosis'),
    });
    for (const one of found.tests) {
      expect(one).toMatchObject({
        title: expect.any(String),
        rule: expect.any(String),
        words: expect.any(String),
      });
      expect(['flagged', 'clear', 'not tested']).toContain(one.verdict);
    }
    // Beside what is kept, it tells of pictures left out.
    const { refused, ...kept } = found;
    expect(refused).toEqual([]);
    expect(JSON.parse(readFileSync(path.join(pictures, 'audit.json'), 'utf8'))).toEqual(kept);
  });

  test('prints for people: every test with verdict and rule, and what to expect', async () => {
    const { code, stdout } = await audit();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(FLAGGED|CLEAR) +Border only\. AUROC .*\(flagged if 0\.80 or more/m);
    expect(stdout).toMatch(/\n(FLAGGED|CLEAR)\. .*\nFor education only, never for diagnosis\.\n$/);
  });

  test('a model trained on the pictures then carries what it said', async () => {
    const model = at('audited model');
    const trained = await runCli(['train', '--dataset', pictures, ...base, '--epochs', '2', '--out', model]);
    expect(trained.code).toBe(0);
    const { expectation } = JSON.parse(readFileSync(path.join(pictures, 'audit.json'), 'utf8'));
    const run = JSON.parse(readFileSync(path.join(model, 'run.json'), 'utf8'));
    expect(run.audit.expectation).toBe(expectation);
    expect(readFileSync(path.join(model, 'README.md'), 'utf8')).toContain('| Border only |');
  });
});

test('data covid says how many rows there are, what was taken, left out and why, and names what is missing', async () => {
  const picture = readFileSync(path.join(data, 'covid', readdirSync(path.join(data, 'covid')).sort()[0]!));
  mkdirSync(at('source', 'images'), { recursive: true });
  writeFileSync(at('source', 'images', 'a.png'), picture);
  writeFileSync(at('source', 'images', 'torn.png'), picture.subarray(0, 300));
  const rows = ['a.png', 'torn.png', 'gone.png'].map((name, i) => `${i},COVID-19,PA,X-ray,images,${name},`);
  const metadata = [
    'patientid,finding,view,modality,folder,filename,license',
    ...rows,
    '9,SARS,PA,X-ray,images,b.png,',
  ];
  writeFileSync(at('source', 'metadata.csv'), metadata.join('\n'));
  const { code, stdout } = await runCli([
    'data',
    'covid',
    '--from',
    at('source'),
    '--to',
    at('built', 'covid'),
  ]);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe(
    `3 rows of X-rays with finding and view: 1 pictures taken, in ${at('built', 'covid')}`,
  );
  for (const says of [
    'left out, finding: 1',
    'left out, missing: 1',
    'left out, unreadable: 1',
    'listed but missing: gone.png',
  ])
    expect(lines).toContain(`  ${says}`);
  expect(stdout).toMatch(/^ {2}cannot be read: .*torn\.png/m);
});

describe('the demo', () => {
  test('data demo writes class folders with records; a model of them says synthetic', async () => {
    const made = await runCli([
      'data',
      'demo',
      '--to',
      at('demo'),
      '--count',
      '8',
      '--test-count',
      '4',
      '--json',
    ]);
    expect(made.code).toBe(0);
    expect(jsonOf(made.stdout)).toMatchObject({ taken: 24 + 8, skipped: {}, missing: [], to: at('demo') });
    expect(readdirSync(at('demo')).sort()).toEqual(['covid', 'normal', 'pneumonia', 'test']);
    const args = [
      'train',
      '--dataset',
      at('demo'),
      '--classes',
      'covid,normal',
      ...base,
      '--preset',
      'article',
      '--epochs',
      '2',
      '--augment',
      '1',
    ];
    const { code, stdout } = await runCli([...args, '--out', at('demo model')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/[Ss]ynthetic/);
    const run = JSON.parse(readFileSync(at('demo model', 'run.json'), 'utf8'));
    expect(run).toMatchObject({ synthetic: true, preset: 'article', evaluation: { count: 4 } });
    const predicted = await runCli([
      'predict',
      at('demo model'),
      path.join(at('demo'), 'covid', readdirSync(at('demo', 'covid')).find((name) => name.endsWith('.png'))!),
    ]);
    expect(predicted.stdout).toMatch(/synthetic/);
  });
});

describe('Ctrl+C', () => {
  /** Starts training, interrupts it when standard error has what is waited for, and waits for its end. */
  function interrupted(
    args: string[],
    environment: NodeJS.ProcessEnv,
    wait: { for?: RegExp; file?: () => boolean },
  ) {
    const child = spawn(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), ...args], {
      env: { ...process.env, ...environment },
    });
    let [stdout, stderr] = ['', ''];
    let sent = false;
    const look = () => {
      if (!sent && (wait.for?.test(stderr) || wait.file?.())) sent = child.kill('SIGINT');
    };
    const timer = setInterval(look, 5);
    child.stdout.on('data', (part) => (stdout += part));
    child.stderr.on('data', (part) => {
      stderr += part;
      look();
    });
    return new Promise<{ code: number | null; stdout: string; stderr: string; sent: boolean }>((resolve) => {
      child.on('close', (code) => {
        clearInterval(timer);
        resolve({ code, stdout, stderr, sent });
      });
    });
  }
  const shardsIn = (cache: string) =>
    existsSync(path.join(cache, 'features'))
      ? readdirSync(path.join(cache, 'features'), { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.endsWith('.arrow'),
        )
      : [];

  test('while features are computed: exit 130; they are kept, and the rerun computes the rest', async () => {
    const cache = at('interrupted');
    const args = [
      'train',
      '--dataset',
      data,
      ...base,
      '--augment',
      '59',
      '--epochs',
      '1',
      '--out',
      at('late'),
      '--json',
    ];
    const first = await interrupted(args, { XRAY_CACHE: cache }, { file: () => shardsIn(cache).length > 0 });
    expect(first.sent).toBe(true);
    expect(first.code).toBe(130);
    expect(jsonOf(first.stdout).error).toMatch(/[Ii]nterrupted/);
    expect(existsSync(at('late'))).toBe(false);
    const shards = shardsIn(cache);
    const again = await runCli(args, { XRAY_CACHE: cache });
    expect(again.code).toBe(0);
    for (const shard of shards) expect(shardsIn(cache)).toContain(shard);
    const { counts } = jsonOf(again.stdout);
    const [, rest] = /features [^:]*: (\d+) done/.exec(again.stderr)!;
    expect(Number(rest)).toBeLessThan(60 * counts.train + counts.validation - 1000);
    expect(Number(rest)).toBeGreaterThan(0);
  });

  test('while the head is trained: exit 130, and the best head until then is a model that works', async () => {
    const args = [
      'train',
      '--dataset',
      data,
      ...base,
      '--epochs',
      '10000',
      '--out',
      at('cut short'),
      '--json',
    ];
    // In a cache of its own, where the end of the features is said.
    const environment = { XRAY_CACHE: at('cut short cache') };
    const { code, stdout, sent } = await interrupted(args, environment, { for: /features .* done/ });
    expect(sent).toBe(true);
    expect(code).toBe(130);
    expect(jsonOf(stdout)).toMatchObject({ interrupted: true, evaluation: null, model: at('cut short') });
    const { history } = JSON.parse(readFileSync(at('cut short', 'run.json'), 'utf8'));
    expect(history.epochs.length).toBeLessThan(10_000);
    const file = path.join(data, 'covid', readdirSync(path.join(data, 'covid'))[0]!);
    expect((await runCli(['predict', at('cut short'), file])).code).toBe(0);
  });
});

describe('cross-validate', () => {
  const validate = (...args: string[]) =>
    runCli(['cross-validate', '--dataset', data, ...base, '--epochs', '20', '--json', ...args]);

  test('keeps patients together, or goes picture by picture where asked to', async () => {
    const few = ['--folds', '2', '--seeds', '4'];
    const [patient, picture] = await Promise.all([validate(...few), validate(...few, '--split', 'picture')]);
    for (const [{ code, stdout }, split] of [
      [patient!, 'patient'],
      [picture!, 'picture'],
    ] as const) {
      expect(code).toBe(0);
      const found = jsonOf(stdout);
      expect(found).toMatchObject({ split, folds: 2, seeds: [4], accuracy: figure, synthetic: false });
      expect(found.runs).toHaveLength(2);
      for (const { evaluation } of found.runs) figuresOf(evaluation);
    }
    expect(jsonOf(patient!.stdout).runs).not.toEqual(jsonOf(picture!.stdout).runs);
  });

  test('leaves each source out, and says where there is one only', async () => {
    const alone = await validate('--split', 'source');
    expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('one source')]);
    const sources = at('sources');
    await writeClassFolders(sources, ['covid', 'normal'], 24, { noise: 15 });
    const xrays = await loadDataset(sources);
    for (const label of ['covid', 'normal']) {
      const own = xrays.filter((xray) => xray.label === label);
      // Two pictures a patient, one behind the other.
      await writeRecords(
        path.join(sources, label),
        own.map((xray, i) => ({ ...xray, source: i < 12 ? 'here' : 'there' })),
      );
    }
    const { code, stdout } = await runCli([
      ...['cross-validate', '--dataset', sources, ...base, '--epochs', '20', '--split', 'source', '--json'],
    ]);
    expect(code).toBe(0);
    const found = jsonOf(stdout);
    expect(found.sources.map(({ source }: { source: string }) => source)).toEqual(['here', 'there']);
    for (const { train, evaluation } of found.sources) {
      expect(train + evaluation.count).toBe(48);
      figuresOf(evaluation);
    }
  });
});

describe('pretrain', () => {
  test('writes weights that another command takes; doctor finds those of the project', async () => {
    const out = at('pretrained');
    const { code, stdout, stderr } = await runCli(['pretrain', '--pictures', '128', '--out', out, '--json']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^pretraining: 128 done .* pictures\/s, 0 s left, loss /),
    ]);
    expect(jsonOf(stdout)).toMatchObject({
      folder: out,
      settings: { pictures: 128, seed: 42 },
      curve: [{ pictures: 64 }, { pictures: 128 }],
      top1: expect.any(Number),
      seconds: expect.any(Number),
    });
    expect(readdirSync(out).sort()).toEqual(['checkpoint.bin', 'model.json', 'training.json', 'weights.bin']);
    const picture = path.join(data, 'covid', readdirSync(path.join(data, 'covid')).sort()[0]!);
    const features = (weights: string[]) =>
      runCli(['features', picture, '--backbone', 'fractal', ...weights, '--json']);
    const [own, projects, doctor] = await Promise.all([
      features(['--weights', out]),
      features([]),
      runCli(['doctor', '--json']),
    ]);
    const [ours, theirs] = [jsonOf(own!.stdout), jsonOf(projects!.stdout)];
    expect(ours.features[0]).toHaveLength(256);
    expect(theirs.features[0]).toHaveLength(256);
    expect(ours.weightsHash).not.toBe(theirs.weightsHash);
    expect(jsonOf(doctor!.stdout).weights.fractal).toBe(
      path.join(projectFolder, 'lib', 'networks', 'pretrained', 'fractal', 'model.json'),
    );
  });

  test('train --refit-norm', async () => {
    const out = at('refitted');
    const { code, stdout } = await runCli([
      ...['train', '--dataset', data, '--classes', 'covid,normal', ...base, '--epochs', '3', '--refit-norm'],
      ...['--out', out, '--json'],
    ]);
    expect(code).toBe(0);
    expect(readdirSync(out)).toContain('norm.bin');
    const plain = await runCli([
      ...['train', '--dataset', data, '--classes', 'covid,normal', ...base, '--epochs', '3'],
      ...['--out', at('plain'), '--json'],
    ]);
    expect(jsonOf(stdout).weightsHash).not.toBe(jsonOf(plain.stdout).weightsHash);
  });
});

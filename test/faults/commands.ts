import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { sha256 } from '../../lib/core/files';
import { type Ended, freshDist, runCli } from '../commands/dist';
import { writeTestNotebook } from '../notebook/write-notebook';

/** A command whose faults are tried: it writes into a folder, its cache among that. */
export interface Command {
  /** Makes what the command needs in the folder. */
  readonly prepare?: (folder: string) => void;
  readonly args: (folder: string) => string[];
  /** What must be the same as without a fault; from the folder and from standard output. */
  readonly result: (folder: string, stdout: string) => unknown;
}

/** Everything in a folder, by paths from it; links are not followed. */
export const entriesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

const isVisible = (name: string): boolean => !name.split(path.sep).some((part) => part.startsWith('.'));

/** Every file that a user sees in a folder, by name, with its hash; what was not finished has a hidden name. */
function visibleFiles(folder: string): Record<string, string> {
  const names = entriesIn(folder).filter(
    (name) => isVisible(name) && statSync(path.join(folder, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, sha256(readFileSync(path.join(folder, name)))]));
}

/** What does not depend on when and how long a model was trained. */
const withoutTimes = (file: string): unknown =>
  JSON.parse(readFileSync(file, 'utf8'), (key, value) =>
    /^(date|seconds|created|hash|sha256|bytes|folder|model|out)$/i.test(key) ? undefined : value,
  );

/** A model but for the times of its training. */
const modelResult = (folder: string): unknown => [
  visibleFiles(folder)['weights.bin'],
  withoutTimes(path.join(folder, 'run.json')),
];

/** What cells say and show. */
const notebookOutputs = (file: string): unknown =>
  JSON.parse(readFileSync(file, 'utf8')).cells.map(({ outputs }: { outputs: unknown }) => outputs);

/** A notebook of one training. */
const trainingCells = [
  {
    code: `import { evaluate, loadDataset, parameters, splitDataset, transferLearn } from 'xray-transfer';
const { epochs } = parameters({ epochs: 25 });`,
    tags: ['parameters'],
  },
  `const xrays = await loadDataset('../pictures', { classes: ['covid', 'normal'] });
const split = splitDataset(xrays, { validation: 0.2, test: 0.2, seed: 42 });
const model = await transferLearn(split, { backbone: 'fractal', epochs, preset: 'sound' });
const evaluation = await evaluate(model, split.test);
await model.save('../models/fractal', evaluation);
console.log(JSON.stringify([model.history.epochs, evaluation.accuracy]));`,
];

export interface Workplace {
  /** A scratch folder. */
  readonly folder: string;
  /** The pictures that the commands read. */
  readonly pictures: string;
  /** A project of notebooks over them. */
  readonly project: string;
  readonly commands: Readonly<Record<string, Command>>;
  remove(): void;
}

/** The commands, pictures for them, and a project of notebooks over these. */
export async function workplace(name: string): Promise<Workplace> {
  await freshDist();
  const folder = mkdtempSync(path.join(tmpdir(), `xray-${name}-`));
  const pictures = path.join(folder, 'pictures');
  const project = path.join(folder, 'project');
  const made = await runCli(['data', 'demo', '--to', pictures, '--count', '6', '--test-count', '0']);
  expect(made.code, made.stderr).toBe(0);
  const classes = ['--classes', 'covid,normal'];
  const began = await runCli(['new', project, '--from', pictures, ...classes]);
  expect(began.code, began.stderr).toBe(0);
  await writeTestNotebook(path.join(project, 'notebooks', '05-training.ipynb'), trainingCells);
  const commands: Record<string, Command> = {
    data: {
      args: (to) => [
        'data',
        'demo',
        '--to',
        path.join(to, 'data'),
        '--count',
        '3',
        '--test-count',
        '2',
        '--json',
      ],
      result: (to) => visibleFiles(path.join(to, 'data')),
    },
    train: {
      args: (to) => [
        ...['train', '--dataset', pictures, ...classes, '--backbone', 'fractal'],
        ...['--augment', '2', '--epochs', '20', '--patience', '0'],
        ...['--out', path.join(to, 'model'), '--json'],
      ],
      result: (to, stdout) => [JSON.parse(stdout).evaluation, modelResult(path.join(to, 'model'))],
    },
    features: {
      args: () => [
        'features',
        ...readdirSync(path.join(pictures, 'normal'))
          .filter((file) => file.endsWith('.png'))
          .map((file) => path.join(pictures, 'normal', file)),
        ...['--backbone', 'fractal', '--json'],
      ],
      result: (_, stdout) => JSON.parse(stdout).features,
    },
    report: {
      prepare: (to) => cpSync(project, path.join(to, 'project'), { recursive: true, verbatimSymlinks: true }),
      args: (to) => [
        ...['report', '--project', path.join(to, 'project'), '--notebook', 'training', '--set', 'epochs=3'],
        ...['--out', path.join(to, 'report'), '--json'],
      ],
      result: (to, stdout) => [
        JSON.parse(stdout).notebooks.map(({ ok }: { ok: boolean }) => ok),
        modelResult(path.join(to, 'project', 'models', 'fractal')),
        notebookOutputs(path.join(to, 'report', 'notebooks', '05-training.ipynb')),
        readFileSync(path.join(to, 'report', 'index.html'), 'utf8').endsWith('</html>\n'),
      ],
    },
  };
  return {
    folder,
    pictures,
    project,
    commands,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The environment of a command whose cache is in its folder. */
export const inFolder = (folder: string) => ({ XRAY_CACHE: path.join(folder, 'cache') });

/**
 * What a command has finished so far, with the time of its writing: class folders, and shards of the cache, which count
 * once they have a manifest.
 */
export function finished(folder: string): Record<string, number> {
  const names = entriesIn(folder).filter(isVisible);
  const done = names.filter(
    (name) =>
      path.basename(name) === 'records.csv' ||
      (name.endsWith('.arrow') && names.includes(name.replace(/arrow$/, 'json'))),
  );
  return Object.fromEntries(done.map((name) => [name, statSync(path.join(folder, name)).mtimeMs]));
}

/** Hidden files and folders that were not finished. */
export const unfinished = (folder: string): string[] =>
  entriesIn(folder).filter((name) => /\.(tmp|old)$/.test(name));

/** The processes that work in a folder; none where the system does not tell. */
export const workingIn = (folder: string): string[] =>
  (existsSync('/proc') ? readdirSync('/proc') : []).filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });

/**
 * Runs a command again after a fault: it finishes with the results of an undisturbed run, does nothing again that was
 * finished, and leaves nothing of the run before, no process either.
 */
export async function expectRecovery(command: Command, folder: string, expected: unknown): Promise<void> {
  const before = finished(folder);
  const again = await runCli(command.args(folder), inFolder(folder));
  expect(again.code, again.stderr).toBe(0);
  expect(command.result(folder, again.stdout)).toEqual(expected);
  expect(finished(folder)).toMatchObject(before);
  expect(unfinished(folder).filter((name) => !name.startsWith('cache'))).toEqual([]);
  expect(workingIn(folder)).toEqual([]);
}

/** What a user is told when a command ends for the disk's sake: a sentence with a file below the folder, no stack. */
export function expectSentence({ code, stdout, stderr }: Ended, below: string, why: RegExp): void {
  expect(code, stderr).toBe(1);
  const [sentence] = /[^\n"]*cannot be (written|kept)[^\n"]*/.exec(`${stderr}\n${stdout}`) ?? [];
  expect(sentence, `${stderr}\n${stdout}`).toContain(`${below}/`);
  expect(sentence).toMatch(why);
  expect(sentence).not.toMatch(/\.(tmp|old)\b/);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
}

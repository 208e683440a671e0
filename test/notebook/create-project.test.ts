import { lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { createProject, projectDataset } from '../../lib/notebook/create-project';
import { executeNotebook } from '../../lib/notebook/execute';
import { joinLines, type NotebookDocument, type Output } from '../../lib/notebook/notebook-document';
import { freshDist, runCli } from '../commands/dist';

const root = mkdtempSync(path.join(tmpdir(), 'xray-project-'));
const at = (...names: string[]) => path.join(root, ...names);
/** A name that every place where it is written down must mind. */
const pictures = at('Anna\'s "woven" & $HOME');

/** Stripes and checks of any size and grey, with grain: nothing to do with X-rays. */
async function texture(kind: 'stripes' | 'checks', seed: number): Promise<Buffer> {
  const random = seededRandom(seed).fork(kind);
  const [side, pitch, light] = [72, 3 + random.integer(5), 90 + random.integer(80)];
  const data = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [Math.floor((i % side) / pitch), Math.floor(i / side / pitch)];
    return light + ((kind === 'stripes' ? x : x + y) % 2) * 60 + random.integer(25);
  });
  return sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
}

beforeAll(async () => {
  await freshDist();
  for (const kind of ['stripes', 'checks'] as const) {
    await mkdir(path.join(pictures, kind), { recursive: true });
    for (let i = 0; i < 24; i++)
      await writeFile(path.join(pictures, kind, `${i}.png`), await texture(kind, i));
  }
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const mimes = (outputs: readonly Output[] = []): string[] =>
  outputs.flatMap(({ data }) => Object.keys((data as object | undefined) ?? {}));

describe('a project over pictures of other kinds', () => {
  beforeAll(() => createProject(at('woven'), { from: pictures }));

  test('holds notebooks and no picture', async () => {
    expect(readdirSync(at('woven')).sort()).toEqual([
      '.gitignore',
      'README.md',
      'node_modules',
      'notebooks',
      'package.json',
      'pictures',
    ]);
    expect(lstatSync(at('woven', 'pictures')).isSymbolicLink()).toBe(true);
    expect(readdirSync(at('woven', 'notebooks'))).toHaveLength(4);
    expect(realpathSync(await projectDataset(at('woven')))).toBe(pictures);
    const notebook = readFileSync(at('woven', 'notebooks', '01-pictures.ipynb'), 'utf8');
    expect(notebook).toContain("classes: 'checks,stripes'");
    expect(notebook).not.toContain('Anna');
    expect(readFileSync(at('woven', 'README.md'), 'utf8')).toMatch(
      /`checks`, `stripes`.*never for diagnosis/s,
    );
  });

  test('its notebooks run as they are, and show figures', async () => {
    const env = {
      XRAY_SET_SEEDS: '0',
      XRAY_SET_FOLDS: '3',
      XRAY_SET_PERMUTATIONS: '3',
      XRAY_SET_EPOCHS: '8',
    };
    for (const name of readdirSync(at('woven', 'notebooks'))) {
      const file = at('woven', 'notebooks', name);
      const result = await executeNotebook(file, { output: file, env });
      expect(result, name).toMatchObject({ ok: true });
      const { cells }: NotebookDocument = JSON.parse(readFileSync(file, 'utf8'));
      const shown = cells.flatMap(({ outputs }) => mimes(outputs));
      expect(
        shown.filter((mime) => mime.startsWith('application/vnd.vegalite')).length,
        name,
      ).toBeGreaterThan(0);
      expect(shown.filter((mime) => mime === 'text/html').length, name).toBeGreaterThan(0);
    }
    expect(readdirSync(at('woven', 'models'))).toEqual(['fractal']);
    const run = JSON.parse(readFileSync(at('woven', 'models', 'fractal', 'run.json'), 'utf8'));
    expect(run.classes).toEqual(['checks', 'stripes']);
  }, 900_000);
});

test('the templates hold to the rules of notebooks', () => {
  const folder = path.join(__dirname, '..', '..', 'notebooks', 'templates');
  for (const name of readdirSync(folder)) {
    const { cells }: NotebookDocument = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    const codes = cells.filter(({ cell_type }) => cell_type === 'code');
    expect(codes.every(({ outputs }) => outputs?.length === 0)).toBe(true);
    expect(codes.filter(({ metadata }) => metadata.tags?.includes('parameters'))).toHaveLength(1);
    expect(Math.max(...codes.map(({ source }) => joinLines(source).split('\n').length))).toBeLessThanOrEqual(
      20,
    );
    expect(joinLines(cells[0]!.source)).toMatch(/For education only, never for diagnosis/);
  }
});

test('the command says what it made, and refuses what it cannot', async () => {
  const made = await runCli([
    'new',
    at('by-hand'),
    '--from',
    pictures,
    '--classes',
    'stripes,checks',
    '--json',
  ]);
  expect(made.code).toBe(0);
  expect(JSON.parse(made.stdout)).toEqual({
    folder: at('by-hand'),
    classes: { stripes: 24, checks: 24 },
    notebooks: readdirSync(at('by-hand', 'notebooks')),
  });
  await expect(createProject(at('by-hand'), { from: pictures })).rejects.toThrow(
    /by-hand holds 6 files; name/,
  );
  await expect(createProject(at('x'), { from: pictures, classes: ['stripes'] })).rejects.toThrow(
    /two or more/,
  );
  await expect(createProject(at('x'), { from: pictures, classes: ['dots', 'checks'] })).rejects.toThrow(
    /"dots"; .* holds checks, stripes/,
  );
  await expect(createProject(at('x'), { from: pictures, backbone: 'vgg' })).rejects.toThrow(
    /backbone is "vgg"/,
  );
  await expect(createProject(at('x'), { from: at('none') })).rejects.toThrow(/none does not exist/);
  await expect(projectDataset(root)).rejects.toThrow(/is no project made by "new"/);
  expect(readdirSync(root)).not.toContain('x');
});

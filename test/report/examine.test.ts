import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../lib/core/files';
import { projectFolder } from '../../lib/core/settings';
import { writeRecords } from '../../lib/dataset/records';
import { describeData } from '../../lib/report/describe-data';
import { jupyterVersion } from '../../lib/report/jupyter-version';
import { kernelProblem } from '../../lib/report/kernel-problem';
import { freshDist, runCli } from '../commands/dist';
import { writeClassFolders } from '../transfer/class-folders';

const root = mkdtempSync(path.join(tmpdir(), 'xray-examine-'));
const at = (...parts: string[]) => path.join(root, ...parts);
const write = (name: string, text: string) => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
beforeAll(freshDist);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("JupyterLab's version is the one that setup installs, once it is there", async () => {
  const list = path.join('scripts', 'setup', 'requirements', 'jupyter.txt');
  const [, pinned] = /^jupyterlab==(\S+)/m.exec(readFileSync(path.join(projectFolder, list), 'utf8'))!;
  write(path.join('lab', list), `a==1.0\njupyterlab==${pinned} \\\n    --hash=sha256:00\n`);
  expect(await jupyterVersion(at('lab'))).toBeNull();
  write('lab/.venv/bin/jupyter-lab', '');
  expect(await jupyterVersion(at('lab'))).toBe(pinned);
});

test('the kernel can start once all of it is there; else what is missing is named', async () => {
  const folder = at('kernel');
  expect(await kernelProblem(folder)).toMatch(/kernel\.json is missing/);
  write('kernel/jupyter/kernels/xray-transfer/kernel.json', '{"argv"');
  expect(await kernelProblem(folder)).toMatch(/no JSON/);
  write('kernel/jupyter/kernels/xray-transfer/kernel.json', '{}');
  expect(await kernelProblem(folder)).toMatch(/names no command/);
  write('kernel/jupyter/kernels/xray-transfer/kernel.json', '{"argv":["node"]}');
  expect(await kernelProblem(folder)).toMatch(/kernel\.cjs is missing/);
  write('kernel/jupyter/kernels/xray-transfer/kernel.cjs', '');
  expect(await kernelProblem(folder)).toMatch(/dist.*kernel\.js is missing; run `npm run setup`/);
  write('kernel/dist/notebook/kernel.js', '');
  expect(await kernelProblem(folder)).toBeNull();
  expect(await kernelProblem(projectFolder)).toBeNull();
});

describe('doctor', () => {
  test("lists a user's own class folders, with or without records", async () => {
    await writeClassFolders(at('own'), ['healthy', 'ill'], 3);
    const { stdout } = await runCli(['doctor', '--json'], { XRAY_DATASET: at('own'), XRAY_BACKEND: 'cpu' });
    const found = JSON.parse(stdout);
    expect(found.data).toEqual({ folder: at('own'), classes: { healthy: 3, ill: 3 } });
    expect(found).toMatchObject({ backend: 'cpu', kernelProblem: null });
  });

  test('where the back end that is asked for does not work: the rest all the same, why, exit 1', async () => {
    // A driver of Vulkan that is none: no adapter, whatever the machine has.
    const environment = {
      XRAY_BACKEND: 'webgpu',
      VK_ICD_FILENAMES: at('none.json'),
      VK_DRIVER_FILES: at('none.json'),
    };
    const [plain, json] = await Promise.all([
      runCli(['doctor'], environment),
      runCli(['doctor', '--json'], environment),
    ]);
    expect(plain.stdout).toMatch(/^back end: none$/m);
    expect(plain.stdout).toMatch(/^why: .*no webgpu: /m);
    expect(plain.stdout).toMatch(/^kernel: .*xray-transfer$/m);
    expect(plain.stderr).toBe('');
    expect(JSON.parse(json.stdout)).toMatchObject({
      backend: null,
      reason: expect.stringContaining('no webgpu: '),
      weights: { fractal: expect.stringContaining('model.json') },
    });
    expect([plain.code, json.code]).toEqual([1, 1]);
  });
});

test('a report describes the dataset, its test folder, and other datasets', async () => {
  const write = async (name: string, hashes: string[], source: string) => {
    mkdirSync(at(name), { recursive: true });
    const records = hashes.map((sha, i) => ({
      ...{ path: at(name, `${i}.png`), label: path.basename(name), patientId: `${i}`, source, view: '' },
      ...{ width: 1, height: 1, sha256: sha, license: '' },
    }));
    await writeRecords(at(name), records);
  };
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  await write('set/normal', [b, a], 'real');
  await write('set/test/normal', [b], 'real');
  await write('small/covid', [a], 'synthetic phantom');
  const { rows, synthetic } = await describeData(at('set'), { miniature: at('small'), none: at('none') });
  const says = (hashes: string[]) =>
    `${hashes.length} pictures, SHA-256 over their hashes ${sha256(hashes.join('\n')).slice(0, 16)}…`;
  expect(rows).toEqual([
    ['data: normal', says([a, b])],
    ['data: test/normal', says([b])],
    ['data: miniature/covid', says([a])],
  ]);
  // What is shown of the dataset itself is not.
  expect(synthetic).toBe(false);
  expect((await describeData(at('small'))).synthetic).toBe(true);
});

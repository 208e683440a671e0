import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { executeNotebook } from '../../lib/notebook/execute';
import {
  type Cell,
  joinLines,
  type NotebookDocument,
  type Output,
} from '../../lib/notebook/notebook-document';
import { notebookFolder, writeTestNotebook } from './write-notebook';

const jupyter = path.join(projectFolder, '.venv', 'bin', 'jupyter');
let folder: string;
beforeAll(async () => {
  folder = await notebookFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string) => path.join(folder, name);
const read = async (file: string): Promise<NotebookDocument> => JSON.parse(await readFile(file, 'utf8'));
const outputsOf = (notebook: NotebookDocument, cell: number): Output[] => notebook.cells[cell]!.outputs!;

async function until(holds: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 300 && !holds(); tries++) await new Promise((done) => setTimeout(done, 100));
  return holds();
}

// nbconvert starts a new output with each message of a stream.
function joined({ outputs = [] }: Cell): Output[] {
  const all: Output[] = [];
  for (const output of outputs) {
    const last = all.at(-1);
    if (last?.output_type === 'stream' && last.name === output.name)
      last.text = [...(last.text as string[]), ...(output.text as string[])];
    else all.push({ ...output });
  }
  return all;
}

const displays = `const { lastWriteDisplayData: send } = require('tslab/dist/jupyter');
const show = (data: object, id: string, update = false) =>
  send({ data, metadata: {}, transient: { display_id: id } }, update);`;

const ordinary = [
  'const text: string = "hello"; console.log(text); console.error("warning"); console.log("again")',
  'for (let i = 0; i < 3000; i++) console.log("line", i)',
  displays,
  `show({ 'text/plain': '0 %' }, 'bar'); for (let i = 1; i <= 700; i++) show({ 'text/plain': i + ' %' }, 'bar', true)`,
  `show({ 'application/vnd.vegalite.v5+json': { mark: 'bar', data: { values: [] } }, 'image/svg+xml': '<svg>\\n</svg>', 'text/plain': '[chart]' }, 'chart')`,
  `show({ 'text/plain': '100 %' }, 'bar', true); await new Promise((done) => setTimeout(done, 60)); console.log(process.cwd().split('/').pop())`,
  '6 * 7',
  '',
];

describe('executeNotebook', () => {
  it('runs a notebook and folds what its cells said into their outputs', async () => {
    const file = await writeTestNotebook(inFolder('ordinary.ipynb'), ordinary);
    const seen: number[][] = [];
    const output = inFolder('out/ordinary.ipynb');
    const result = await executeNotebook(file, { output, onCell: (...told) => seen.push(told) });
    expect(result).toEqual({ ok: true, seconds: expect.any(Number) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].map((cell) => [cell, 7]));
    const notebook = await read(output);
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    expect(notebook.cells.map((cell) => cell.execution_count)).toEqual([1, 2, 3, 4, 5, 6, 7, null]);
    expect(outputsOf(notebook, 0).map(({ name, text }) => [name, joinLines(text as string[])])).toEqual([
      ['stdout', 'hello\n'],
      ['stderr', 'warning\n'],
      ['stdout', 'again\n'],
    ]);
    expect(outputsOf(notebook, 1)).toHaveLength(1);
    expect(outputsOf(notebook, 1)[0]!.text).toEqual(Array.from({ length: 3000 }, (_, i) => `line ${i}\n`));
    expect(outputsOf(notebook, 3)).toEqual([
      { output_type: 'display_data', metadata: {}, data: { 'text/plain': ['100 %'] } },
    ]);
    expect(outputsOf(notebook, 4)[0]!.data).toEqual({
      'application/vnd.vegalite.v5+json': { mark: 'bar', data: { values: [] } },
      'image/svg+xml': ['<svg>\n', '</svg>'],
      'text/plain': ['[chart]'],
    });
    expect(joinLines(outputsOf(notebook, 5)[0]!.text as string[])).toBe(`${path.basename(folder)}\n`);
  });

  it.skipIf(!existsSync(jupyter))('gives the outputs that nbconvert gives (needs .venv)', async () => {
    const file = await writeTestNotebook(inFolder('both.ipynb'), ordinary);
    const output = inFolder('ours.ipynb');
    await executeNotebook(file, { output });
    const to = ['--to', 'notebook', '--output', 'theirs.ipynb', '--coalesce-streams'];
    execFileSync(jupyter, ['nbconvert', '--execute', ...to, file], { stdio: 'pipe' });
    const [ours, theirs] = [await read(output), await read(inFolder('theirs.ipynb'))];
    expect(ours.cells.map(joined)).toEqual(theirs.cells.map(joined));
    expect(ours.metadata).toEqual(theirs.metadata);
    execFileSync(path.join(projectFolder, '.venv/bin/python'), [
      '-c',
      'import nbformat, sys; nbformat.validate(nbformat.read(sys.argv[1], as_version=4))',
      output,
    ]);
  });

  it('stops at the first error and writes it into the notebook', async () => {
    const file = await writeTestNotebook(inFolder('failing.ipynb'), [
      { code: 'throw new Error("expected")', tags: ['raises-exception'] },
      { code: 'throw new Error("never run")', tags: ['skip-execution'] },
      'const a = 1;\nconst b = JSON.parse("{");',
      'console.log("not reached")',
    ]);
    const result = await executeNotebook(file, { output: inFolder('failed.ipynb') });
    expect(result).toMatchObject({ ok: false, error: { cell: 2, name: 'SyntaxError' } });
    const notebook = await read(inFolder('failed.ipynb'));
    expect(outputsOf(notebook, 0)[0]).toMatchObject({ output_type: 'error', evalue: 'expected' });
    expect(outputsOf(notebook, 2)[0]!.traceback).toContain(
      '    at cell [2], line 2: const b = JSON.parse("{");',
    );
    expect(notebook.cells.map((cell) => cell.execution_count)).toEqual([1, null, 2, null]);
    expect(JSON.stringify(notebook)).not.toContain('node_modules');
  });

  it.each([
    ['the process exits', 'process.exit(0)', 'DeadKernelError', /exit code 0/],
    ['the process is killed', 'process.kill(process.pid, "SIGKILL")', 'DeadKernelError', /SIGKILL/],
    ['a loop never ends', 'while (true) {}', 'CellTimeoutError', /longer than 5 seconds/],
    [
      'a promise never settles',
      'await new Promise(() => setInterval(() => {}, 10))',
      'CellTimeoutError',
      /5 sec/,
    ],
  ])('says so when %s', async (_, code, name, message) => {
    const file = await writeTestNotebook(inFolder('stuck.ipynb'), ['1', code, '2']);
    const result = await executeNotebook(file, {
      output: inFolder('stuck-out.ipynb'),
      cellTimeoutSeconds: 5,
    });
    expect(result.error).toMatchObject({ cell: 2, name, message: expect.stringMatching(message) });
    const outputs = outputsOf(await read(inFolder('stuck-out.ipynb')), 1);
    expect(outputs.at(-1)).toMatchObject({ output_type: 'error', ename: name });
  });

  it('bears changes of packages around it while cells run', async () => {
    const write = (version: number) =>
      `writeFileSync('package/package.json', JSON.stringify({ version: '${version}.0.0', types: './index.d.ts' }));`;
    const file = await writeTestNotebook(inFolder('packages.ipynb'), [
      `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('package');
writeFileSync('package/index.d.ts', 'export const six: number;');
writeFileSync('package/index.js', 'exports.six = 6;');
${write(1)}`,
      `import { six } from './package';
console.log(six);`,
      `${write(2)}
await new Promise((done) => setTimeout(done, 600));
${write(3)}
await new Promise((done) => setTimeout(done, 600));`,
      'console.log(7 * six)',
    ]);
    const output = inFolder('packages-out.ipynb');
    expect(await executeNotebook(file, { output })).toMatchObject({ ok: true });
    const { cells } = await read(output);
    expect(cells.map(({ outputs }) => outputs!.map(({ text }) => text))).toEqual([
      [],
      [['6\n']],
      [],
      [['42\n']],
    ]);
  });

  it('passes the environment to the cells', async () => {
    const file = await writeTestNotebook(inFolder('env.ipynb'), ['console.log(process.env.EPOCHS)']);
    await executeNotebook(file, { output: inFolder('env-out.ipynb'), env: { EPOCHS: '7' } });
    expect(outputsOf(await read(inFolder('env-out.ipynb')), 0)[0]!.text).toEqual(['7\n']);
  });

  it('ends on abort, lets the cell put things in order, and writes nothing', async () => {
    const file = await writeTestNotebook(inFolder('long.ipynb'), [
      `const { interruptSignal } = require('${projectFolder}/dist/core/interrupt.js');
const { writeFileSync } = require('fs');
writeFileSync('begun', '');
interruptSignal().addEventListener('abort', () => writeFileSync('saved', 'yes'));
await new Promise(() => setInterval(() => {}, 10));`,
    ]);
    const output = inFolder('long-out.ipynb');
    const reason = new Error('enough');
    const abort = new AbortController();
    const run = executeNotebook(file, { output, signal: abort.signal });
    expect(await until(() => existsSync(inFolder('begun')))).toBe(true);
    await new Promise((done) => setTimeout(done, 200));
    abort.abort(reason);
    await expect(run).rejects.toBe(reason);
    expect(await readdir(folder)).toContain('saved');
    expect(existsSync(output)).toBe(false);
  });

  it('does not outlive a parent that was killed, even in an endless loop', async () => {
    const file = await writeTestNotebook(inFolder('orphan.ipynb'), [
      'require("fs").writeFileSync("pid", String(process.pid)); while (true) {}',
    ]);
    const execute = JSON.stringify(path.join(projectFolder, 'dist/notebook/execute.js'));
    const script = `require(${execute}).executeNotebook(${JSON.stringify(file)}, { output: ${JSON.stringify(inFolder('o.ipynb'))} })`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    expect(await until(() => existsSync(inFolder('pid')))).toBe(true);
    const pid = Number(await readFile(inFolder('pid'), 'utf8'));
    parent.kill('SIGKILL');
    const gone = () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    };
    expect(await until(gone)).toBe(true);
  });

  it.each([
    ['is missing', undefined, /Cannot read the notebook/],
    ['is not JSON', 'hello', /is no notebook: it is not JSON/],
    ['is of format 3', '{"nbformat": 3, "worksheets": []}', /nbformat is 3/],
    [
      'has a cell without source',
      '{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
      /cell 1 has no source/,
    ],
  ])('refuses a file that %s', async (what, content, message) => {
    const file = inFolder(`${what.replaceAll(' ', '-')}.ipynb`);
    if (content !== undefined) await writeFile(file, content);
    await expect(executeNotebook(file, { output: inFolder('never.ipynb') })).rejects.toThrow(message);
    expect(existsSync(inFolder('never.ipynb'))).toBe(false);
  });
});

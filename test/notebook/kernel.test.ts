import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { notebookFolder, writeTestNotebook } from './write-notebook';

const python = path.join(projectFolder, '.venv', 'bin', 'python');
const jupyter = path.join(projectFolder, '.venv', 'bin', 'jupyter');

interface Step {
  code: string;
  wait?: boolean;
  stop?: boolean;
  interrupt?: boolean;
}
interface Message {
  step: number | string;
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the content of any of Jupyter's messages
  content: any;
}

describe.skipIf(!existsSync(jupyter))('the Jupyter kernel (needs .venv; skipped without Python)', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await notebookFolder();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function drive(steps: Step[], ask: Record<string, object> = {}): Message[] {
    const script = path.join(__dirname, 'drive-kernel.py');
    const input = JSON.stringify({ folder, steps, ask });
    const told = execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1e8 });
    return told
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
  const display = `require('tslab/dist/jupyter').lastWriteDisplayData({ data: {}, metadata: {}, transient: {} });`;
  const of = (messages: Message[], step: number | string, type: string) =>
    messages
      .filter((message) => message.step === step && message.type === type)
      .map(({ content }) => content);

  it('loses no output of one turn of the event loop, counts cells and gives results', () => {
    const messages = drive([
      { code: 'for (let i = 0; i < 3000; i++) console.log("line", i)' },
      {
        code: `const { lastWriteDisplayData: send } = require('tslab/dist/jupyter');
const show = (text: string, update: boolean) =>
  send({ data: { 'text/plain': text }, metadata: {}, transient: { display_id: 'bar' } }, update);
show('0', false);
for (let i = 1; i <= 1500; i++) show(String(i), true);`,
      },
      { code: 'process.stderr.write("e"); process.stdout.write("o"); 6 * 7' },
    ]);
    const lines = of(messages, 0, 'stream').map(({ text }) => text);
    expect(lines.join('')).toBe(Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join(''));
    const updates = of(messages, 1, 'update_display_data').map(({ data }) => data['text/plain']);
    expect(updates).toEqual(Array.from({ length: 1500 }, (_, i) => String(i + 1)));
    expect(of(messages, 2, 'stream')).toEqual([
      { name: 'stderr', text: 'e' },
      { name: 'stdout', text: 'o' },
    ]);
    expect(of(messages, 2, 'execute_result')).toEqual([
      { data: { 'text/plain': '42' }, metadata: {}, execution_count: 3 },
    ]);
    expect(
      messages.filter(({ type }) => type === 'execute_input').map((m) => m.content.execution_count),
    ).toEqual([1, 2, 3]);
  });

  it('tells what was thrown, in which cell and line, without the machinery', () => {
    const messages = drive([
      {
        code: 'interface Patient { age: number }\n\nfunction fail(p: Patient): never {\n  // why\n  throw new RangeError("age " + p.age);\n}',
      },
      { code: 'const x = 1;\n\nfail({ age: -1 });' },
      { code: 'const wrong: number = "text";' },
      { code: 'Promise.reject(new Error("nobody awaits me"));' },
      { code: 'setTimeout(() => { throw new TypeError("in a timer"); }, 5);\nawait new Promise(() => {});' },
      {
        code: 'const late = Promise.reject(new Error("handled late"));\nawait new Promise((done) => setTimeout(done, 5));\nawait late.catch(() => "fine");',
      },
    ]);
    const [thrown] = of(messages, 1, 'error');
    expect(thrown.traceback).toEqual([
      'RangeError: age -1',
      '    at cell [1], line 5: throw new RangeError("age " + p.age);',
      '    at cell [2], line 3: fail({ age: -1 });',
    ]);
    const [reply] = of(messages, 1, 'execute_reply');
    expect(reply).toMatchObject({
      status: 'error',
      ename: 'RangeError',
      evalue: 'age -1',
      execution_count: 2,
    });
    expect(of(messages, 2, 'error')[0].evalue).toBe(
      "line 1, column 7: Type 'string' is not assignable to type 'number'.",
    );
    expect(of(messages, 3, 'error')[0]).toMatchObject({ ename: 'Error', evalue: 'nobody awaits me' });
    expect(of(messages, 4, 'error')[0]).toMatchObject({ ename: 'TypeError', evalue: 'in a timer' });
    expect(of(messages, 5, 'execute_reply')[0].status).toBe('ok');
  });

  it('interrupts loops and awaits, and runs the very next cell', () => {
    const messages = drive([
      { code: `${display} while (true) {}`, interrupt: true },
      { code: 'console.log("next")' },
      {
        code: `const { interruptSignal } = require('${projectFolder}/dist/core/interrupt.js');
const signal = interruptSignal();
${display}
await new Promise((resolve) => signal.addEventListener('abort', () => { console.log('told to stop'); }));`,
        interrupt: true,
      },
      { code: '"after"' },
    ]);
    expect(of(messages, 0, 'error')[0].ename).toBe('Interrupted');
    expect(of(messages, 1, 'stream')).toEqual([{ name: 'stdout', text: 'next\n' }]);
    expect(of(messages, 2, 'error')[0].ename).toBe('Interrupted');
    expect(of(messages, 2, 'stream')[0].text).toBe('told to stop\n');
    expect(of(messages, 3, 'execute_reply')[0].status).toBe('ok');
  });

  it('stops work that tells a progress bar when its cell is interrupted, not the next cell’s', () => {
    const messages = drive([
      {
        code: `import { progressBar } from '${projectFolder}/dist/index';
const ticks = { count: 0, thrown: '' };`,
      },
      {
        code: `const onProgress = progressBar();
try {
  for (;;) {
    await new Promise((done) => setTimeout(done, 10));
    onProgress({ stage: 'work', done: ++ticks.count });
  }
} catch (error) { ticks.thrown = error.message; throw error; }`,
        interrupt: true,
      },
      {
        code: `const then = ticks.count;
await new Promise((done) => setTimeout(done, 300));
const bar = progressBar();
bar({ stage: 'other work', done: 1 });
console.log(ticks.count - then, then > 5, ticks.thrown)`,
      },
    ]);
    expect(of(messages, 1, 'error')[0].ename).toBe('Interrupted');
    expect(of(messages, 2, 'stream')[0].text).toMatch(/^[01] true Interrupted asynchronously\n$/);
    expect(of(messages, 2, 'execute_reply')[0].status).toBe('ok');
  });

  it('shows the value that ends a cell as show does', () => {
    const messages = drive([
      { code: `import { plots, table, wilson } from '${projectFolder}/dist/index';\ntable([{ a: 1 }])` },
      { code: 'plots.classCounts({ covid: 3, normal: 4 })' },
      { code: 'wilson(26, 27)' },
      { code: '"text"' },
      { code: 'Uint8Array.of(0x89, 0x50, 0x4e, 0x47)' },
      { code: 'Promise.resolve(1)' },
    ]);
    const shown = [0, 1, 2, 3, 4, 5].map((step) => of(messages, step, 'execute_result')[0].data);
    expect(shown[0]['text/html']).toContain('<table>');
    expect(Object.keys(shown[1])).toEqual([
      'application/vnd.vegalite.v5+json',
      'image/svg+xml',
      'text/plain',
    ]);
    expect(shown[2]).toEqual({ 'text/plain': '0.963 [0.817, 0.993]' });
    expect(shown[3]).toEqual({ 'text/plain': 'text' });
    expect(shown[4]['image/png']).toBe('iVBORw==');
    expect(shown[5]['text/plain']).toContain('write await before it');
    expect(of(messages, 1, 'execute_result')[0].metadata['image/svg+xml'].alt).toContain('covid');
  });

  it('aborts the cells that were waiting behind a failed one, unless asked not to', () => {
    const messages = drive([
      { code: 'throw new Error("first")', wait: false },
      { code: 'console.log("must not run")', wait: false },
      { code: '1' },
      { code: 'throw new Error("second")', wait: false, stop: false },
      { code: '2' },
    ]);
    const statuses = [0, 1, 2, 3, 4].map((step) => of(messages, step, 'execute_reply')[0].status);
    expect(statuses).toEqual(['error', 'aborted', 'aborted', 'error', 'ok']);
    expect(of(messages, 1, 'stream')).toEqual([]);
  });

  it('answers completion, inspection and what it is', () => {
    const messages = drive([{ code: 'const values = [1, 2];' }], {
      complete: { code: 'values.fla', cursor_pos: 10 },
      inspect: { code: 'values', cursor_pos: 3 },
      kernel_info: {},
      is_complete: { code: 'function f() {' },
    });
    const { matches, metadata } = of(messages, 'complete', 'complete_reply')[0];
    expect(matches).toContain('flatMap');
    expect(metadata._jupyter_types_experimental[matches.indexOf('flatMap')]).toEqual({
      text: 'flatMap',
      type: 'method',
      start: 7,
      end: 10,
    });
    expect(of(messages, 'inspect', 'inspect_reply')[0].data['text/plain']).toContain('number[]');
    expect(of(messages, 'kernel_info', 'kernel_info_reply')[0].language_info.name).toBe('typescript');
    expect(of(messages, 'is_complete', 'is_complete_reply')[0].status).toBe('incomplete');
  });

  it.each([
    ['a type error', 'const n: number = "x"', 'not assignable'],
    ['a floating rejection', 'Promise.reject(new Error("adrift"))', 'adrift'],
  ])('nbconvert --execute fails on %s and says why', async (_, code, why) => {
    const file = await writeTestNotebook(path.join(folder, 'failing.ipynb'), [code]);
    const ran = spawnSync(
      jupyter,
      ['nbconvert', '--execute', '--to', 'notebook', '--output', 'ran.ipynb', file],
      {
        encoding: 'utf8',
      },
    );
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain(why);
  });

  it('starts through a link, so that a moved folder works', async () => {
    const spec = path.join(
      projectFolder,
      '.venv',
      'share',
      'jupyter',
      'kernels',
      'xray-transfer',
      'kernel.json',
    );
    expect(JSON.parse(await readFile(spec, 'utf8')).display_name).toBe('TypeScript (xray-transfer)');
    expect(await readFile(spec, 'utf8')).not.toContain(projectFolder);
  });
});

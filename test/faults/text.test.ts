import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asCell, ofCell, readRecords, writeRecords } from '../../lib/dataset/records';
import { readTable } from '../../lib/dataset/table';
import type { Xray } from '../../lib/dataset/xray';
import { outputOf } from '../../lib/notebook/show';
import { table } from '../../lib/notebook/table';
import { freshDist, runCli } from '../commands/dist';
import { greyPng } from '../dataset/sample-pictures';
import { pythonWith } from '../networks/peers';
import { hostileTexts, obeyed } from './hostile-text';

let scratch: string;
const at = (...parts: string[]) => path.join(scratch, ...parts);
beforeAll(async () => {
  await freshDist();
  scratch = mkdtempSync(path.join(tmpdir(), 'xray-text-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const record = (text: string, i: number): Xray => ({
  path: at('class', `${i}.png`),
  label: 'class',
  patientId: text,
  source: text,
  view: text,
  width: 8,
  height: 8,
  sha256: '0'.repeat(64),
  license: text,
  metadata: { note: text, '=column': text },
});

describe('records.csv', () => {
  test('comes back as it was, whatever is in it', async () => {
    mkdirSync(at('class'), { recursive: true });
    const xrays = hostileTexts.map(record);
    await writeRecords(at('class'), xrays);
    expect(await readRecords(at('class'))).toEqual(xrays);
  });

  test('has no cell that a spreadsheet would compute', async () => {
    const cells: string[][] = parse(readFileSync(at('class', 'records.csv')), { bom: true });
    expect(cells.length).toBe(hostileTexts.length + 1);
    expect(cells.flat().filter((cell) => /^[=+\-@\t\r\n]/.test(cell))).toEqual([]);
    const python = pythonWith('csv');
    if (!python) return;
    const read = execFileSync(
      python,
      [
        '-c',
        'import csv, sys; csv.field_size_limit(10**8); print(sum(1 for _ in csv.reader(open(sys.argv[1], newline=""))))',
        at('class', 'records.csv'),
      ],
      { encoding: 'utf8' },
    );
    expect(Number(read)).toBe(cells.length);
  });

  test('any text becomes a cell and comes back; numbers are left as they are', () => {
    const signs = fc.constantFrom("'", "''", '=', '+', '-', '@', '\t', '\r', '＝', '');
    fc.assert(
      fc.property(signs, signs, fc.string(), (a, b, text) => {
        expect(ofCell(asCell(a + b + text))).toBe(a + b + text);
      }),
    );
    for (const number of ['-5', '+1.5', '-1e-3', '.5']) expect(asCell(number)).toBe(number);
    expect(asCell('-5+A1')).toBe("'-5+A1");
  });
});

describe("a table of one's own", () => {
  const columns = ['file', 'label', 'patient', '__proto__', 'constructor', '<b>'];
  async function build(rows: readonly (readonly string[])[], ...more: string[]) {
    mkdirSync(at('images'), { recursive: true });
    writeFileSync(at('images', 'a.png'), await greyPng(100));
    writeFileSync(at('secret.png'), await greyPng(1));
    writeFileSync(at('table.csv'), stringify([columns, ...rows]));
    return runCli([
      ...['data', 'table', '--from', at('table.csv'), '--images', at('images'), '--to', at('built')],
      ...['--file', 'file', '--label', 'label', '--class', 'x=x', '--patient', 'patient'],
      ...['--keep', '__proto__,constructor,<b>', ...more],
    ]);
  }

  test('hostile cells reach neither the terminal nor another folder, and are kept as they are', async () => {
    const rows = hostileTexts.map((text) => [text, 'x', text, text, text, text]);
    const { code, stdout, stderr } = await build([['a.png', 'x', ...hostileTexts.slice(0, 4)], ...rows]);
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(obeyed)]);
    expect(stdout).toMatch(/^31 rows: 1 pictures taken/);
    expect(stdout).not.toMatch(obeyed);
    // A line for each row that names no file, whatever line breaks it has.
    expect(stdout.match(/^ {2}listed but missing: /gm)).toHaveLength(21);
    expect(readdirSync(at('built'))).toEqual(['x']);
    expect(readdirSync(at('built', 'x')).sort()).toEqual(['a.png', 'records.csv']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const [kept] = await readRecords(at('built', 'x'));
    expect(Object.values(kept!.metadata!)).toEqual(expect.arrayContaining(hostileTexts.slice(1, 4)));
  });

  test('a name that leads out of the folder of pictures is no file of it', async () => {
    const outside = [
      '../secret.png',
      'images/../../secret.png',
      at('secret.png'),
      'file:///etc/passwd',
      'a.png\u0000.png',
    ];
    const { code, stdout } = await build(
      outside.map((file) => [file, 'x', '', '', '', '']),
      '--json',
    );
    expect([code, JSON.parse(stdout).error]).toEqual([1, expect.stringContaining('name files not in')]);
  });

  test('no table at all, NULs, bytes that are not UTF-8, a megabyte without an end: a sentence, or the text', async () => {
    writeFileSync(at('nul.csv'), 'file,label\na\0b,c\0d\n');
    expect((await readTable(at('nul.csv'))).rows).toEqual([{ file: 'a\0b', label: 'c\0d' }]);
    writeFileSync(at('latin.csv'), Buffer.from('file,label\nM\xfcller,x\n', 'latin1'));
    expect((await readTable(at('latin.csv'))).rows).toEqual([{ file: 'M\ufffdller', label: 'x' }]);
    writeFileSync(at('open.csv'), `file,label\n"${'x'.repeat(1e6)}`);
    await expect(readTable(at('open.csv'))).rejects.toThrow(/open\.csv is not CSV \(Quote Not Closed/);
    writeFileSync(at('binary.csv'), await greyPng(3));
    const binary = await readTable(at('binary.csv'));
    expect(() => binary.column('file')).toThrow(/binary\.csv has no column "file"/);
  });
});

describe('the command line', () => {
  const named = '\u001b]0;owned\u0007\u202e.png';
  test.each([
    ['a file', ['features', named, '--backbone', 'fractal']],
    ['a folder', ['train', '--dataset', named, '--backbone', 'fractal', '--out', 'nowhere']],
    ['a model', ['predict', named, 'a.png']],
    ['an option', [`--${named}`]],
    ['a command', [named]],
    ['a choice', ['data', 'kaggle', '--from', '.', '--class', named, '--count', '1']],
  ])('%s with escape sequences in its name is named without them', async (_, args) => {
    const { code, stdout, stderr } = await runCli(args, { XRAY_CACHE: at('cache') });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain('owned');
    expect(stderr).not.toMatch(obeyed);
    expect(stdout).not.toMatch(obeyed);
  });

  test('a class folder and a file with hostile names: nothing is obeyed, the picture is refused by name', async () => {
    const folder = at('data', '\u001b[31mclass');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'a\nLeft out: all.png'), await greyPng(3));
    const { stderr, stdout } = await runCli(
      ['train', '--dataset', at('data'), '--backbone', 'fractal', '--out', at('model'), '--json'],
      { XRAY_CACHE: at('cache') },
    );
    expect(stderr).toMatch(/has control characters in its name; rename it/);
    expect(stderr + stdout).not.toMatch(obeyed);
    expect(stderr).not.toMatch(/^Left out: all/m);
  });
});

test('shown in a notebook, hostile text stands for itself', () => {
  for (const text of hostileTexts.slice(0, -1)) {
    const xrays = [
      record(text, 0),
      { ...record(text, 1), label: text, path: at(text.replaceAll(/[\0/]/g, '')) },
    ];
    const shown = [
      ...[xrays, xrays[0]!, [{ [text]: text }], table([{ a: text }], { caption: text, note: text })],
      [{ file: text, label: text, probabilities: { [text]: 1 } }],
    ];
    for (const value of shown) {
      const html = String(outputOf(value).bundle['text/html']);
      expect(html).toContain('<table');
      expect(html).not.toMatch(/<(script|img|svg)\b|<[^>]*\son\w+=/i);
    }
  }
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../lib/core/settings';
import { checkParameter, parameterChecks } from '../lib/notebook/check-parameter';
import { joinLines, type NotebookDocument } from '../lib/notebook/notebook-document';
import { notebookParameters } from '../lib/notebook/notebook-parameters';

const folder = path.join(projectFolder, 'notebooks');
const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
const intact = names.map((name): [string, NotebookDocument] => [
  name,
  JSON.parse(readFileSync(path.join(folder, name), 'utf8')),
]);

/** For people who are about to open notebooks: nothing to set, in no report. */
const startPage = '00-start.ipynb';

test('are numbered from 01 without gaps, after a start page', () => {
  expect(names.length).toBeGreaterThan(9);
  expect(names[0]).toBe(startPage);
  expect(names.map((name) => Number(name.slice(0, 2)))).toEqual(names.map((_, i) => i));
});

test('the start page leads to every other one', () => {
  const text = intact[0]![1].cells.map(({ source }) => joinLines(source)).join('\n');
  expect(names.slice(1).filter((name) => !text.includes(`](${name})`))).toEqual([]);
});

test('every parameter has its check, and its default passes', () => {
  const all = intact.flatMap(([name, notebook]) =>
    [...notebookParameters(notebook)].map(([parameter, value]) => ({ name, parameter, value })),
  );
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter(({ parameter }) => !Object.hasOwn(parameterChecks, parameter))).toEqual([]);
  for (const { parameter, value } of all) checkParameter(parameter, value);
});

// The rules of the notebooks that are committed: outputs of one clean run on the embedded default.
describe.each(intact)('%s', (name, { cells }) => {
  const codes = cells.filter(({ cell_type }) => cell_type === 'code');
  const prose = cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map(({ source }) => joinLines(source));
  const outputs = codes.flatMap(({ outputs = [] }) => outputs);

  test('is one clean run: counted from 1, no errors', () => {
    expect(codes.map(({ execution_count }) => execution_count)).toEqual(codes.map((_, i) => i + 1));
    expect(outputs.filter(({ output_type }) => output_type === 'error')).toEqual([]);
    expect(outputs.length).toBeGreaterThan(0);
  });

  test('says education only, on top', () => {
    expect(prose[0]).toMatch(/for education only, never for diagnosis/i);
  });

  test('has as much prose as code, in cells of at most 20 lines', () => {
    expect(prose.length).toBeGreaterThanOrEqual(codes.length);
    const long = codes.map(({ source }) => joinLines(source)).filter((code) => code.split('\n').length > 20);
    expect(long).toEqual([]);
  });

  test.runIf(name !== startPage)('has one cell of parameters', () => {
    const sources = codes.map(({ source }) => joinLines(source));
    expect(sources.filter((code) => /\bparameters\(\{/.test(code))).toHaveLength(1);
  });

  test('names no place on the machine that it ran on', () => {
    const text = JSON.stringify(cells.map(({ source, outputs }) => [source, outputs]));
    expect(text.match(/(?<![\w.:/-])\/(?:home|Users|tmp|root|work|opt|var)\/|[A-Z]:\\\\(?!n)\w/g)).toBeNull();
  });

  test('links to what is there', () => {
    const links = prose.flatMap((text) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) => to!),
    );
    const named = prose.flatMap((text) =>
      [...text.matchAll(/`(\d\d-[a-z0-9-]+)`/g)].map(([, to]) => `${to}.ipynb`),
    );
    expect([...links, ...named].filter((to) => !existsSync(path.join(folder, to)))).toEqual([]);
  });
});

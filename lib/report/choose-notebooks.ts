import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/check';
import { projectFolder } from '../core/settings';
import { nearest } from '../networks/nearest';
import { checkParameter, type ParameterValue } from '../notebook/check-parameter';
import { readNotebook } from '../notebook/notebook-document';
import { notebookParameters } from '../notebook/notebook-parameters';
import { readParameter, variableOf } from '../notebook/parameters';

/** Which notebooks run, and what they are told. */
export interface ChosenNotebooks {
  /** Names of files, in order. */
  readonly files: readonly string[];
  /** Environment variables that set their parameters. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where the notebooks of a project are; by default this project's own. */
export const notebooksFolder = (project = projectFolder): string => path.join(project, 'notebooks');

const stem = (file: string): string => path.basename(file, '.ipynb');
const topic = (file: string): string => stem(file).replace(/^\d\d-/, '');

function fileNamed(name: string, files: readonly string[]): string {
  const wanted = stem(name);
  const file = files.find((one) => stem(one) === wanted || topic(one) === wanted);
  if (file) return file;
  const topics = files.map(topic);
  throw new InputError(
    `--notebook is "${name}"; did you mean ${nearest(wanted, topics, 1)}? Choose one of ${topics.join(', ')}`,
  );
}

// Notebooks run in their own folder, whoever starts them where.
const fromHere = (text: string): string =>
  /[\\/]/.test(text) && existsSync(text) ? path.resolve(text) : text;

function readSetting(
  setting: string,
  known: ReadonlyMap<string, ParameterValue>,
  told: string,
): [variable: string, text: string] {
  const [, name, given] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (name === undefined || given === undefined)
    throw new InputError(`--set is "${setting}"; give a parameter and its value, such as epochs=10`);
  const value = known.get(name);
  if (value === undefined) {
    const names = [...known.keys()];
    throw new InputError(
      `--set names "${name}"; did you mean ${nearest(name, names, 1)}? Parameters of ${told}: ${names.join(', ')}`,
    );
  }
  const text = fromHere(given);
  checkParameter(name, readParameter(`--set ${name}`, text, value));
  return [variableOf(name), text];
}

/**
 * The notebooks of a report and what they are told. The start page is none of them: it is for people who are about to
 * run notebooks, and a report has contents of its own.
 * @param names which, with or without number; default all
 * @param settings "epochs=10", for those of them that have such a parameter; default none
 * @param project a project that `createProject` made; default this project itself
 * @throws InputError for a project that has none, an unknown notebook, a parameter that none of them has, or a value that is none for it
 */
export async function chooseNotebooks(
  names: readonly string[] = [],
  settings: readonly string[] = [],
  project?: string,
): Promise<ChosenNotebooks> {
  const folder = notebooksFolder(project);
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${folder} cannot be read (${error.code}); name a project that \`new\` made`);
  });
  const all = there.filter((name) => /^(?!00-)\d\d-.*\.ipynb$/.test(name)).sort();
  const wanted = new Set(names.map((name) => fileNamed(name, all)));
  const files = wanted.size ? all.filter((file) => wanted.has(file)) : all;
  if (!settings.length) return { files, variables: {} };
  const known = new Map<string, ParameterValue>();
  for (const file of files)
    for (const [name, value] of notebookParameters(await readNotebook(path.join(folder, file))))
      known.set(name, value);
  const told = wanted.size ? files.map(stem).join(', ') : 'the notebooks';
  return {
    files,
    variables: Object.fromEntries(settings.map((setting) => readSetting(setting, known, told))),
  };
}

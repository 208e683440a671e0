import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inProject } from './paths.mjs';
import { diskProblem } from './problem.mjs';

/** SHA-256 of texts and bytes, one after another. */
export function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

export const digestFiles = (files) =>
  digest(...files.flatMap((file) => [path.basename(file), readFileSync(file)]));

/** All files below a folder, in a fixed order. */
export function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** What a JSON file holds; undefined where there is none that can be read. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes a JSON file whole or not at all. */
export function writeJson(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(temporary, file);
}

/** The first of these commands on the PATH, as a full path; undefined where there is none. */
export function findCommand(...names) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(path.delimiter).filter(Boolean))
      for (const ending of endings) {
        const file = path.resolve(folder, name + ending);
        if (existsSync(file)) return file;
      }
  return undefined;
}

const memory = inProject('.cache', 'setup', 'problems.json');
const patience = 10 * 60_000;

/** A problem met before under the same conditions, so that setup need not run into it each time; undefined if none. */
export function remembered(step, conditions) {
  const problem = readJson(memory)?.[step];
  if (problem?.conditions !== conditions) return undefined;
  return problem.passing && Date.now() - problem.at > patience ? undefined : problem;
}

/** Keeps a problem for `remembered`, or forgets the step's. One of the disk, or of unclear cause, is tried again. */
export function remember(step, conditions, problem) {
  if (problem && (problem.unclear || diskProblem(problem, ''))) return;
  const { [step]: _, ...others } = readJson(memory) ?? {};
  if (!problem && !_) return;
  const kept = problem && {
    conditions,
    reason: problem.message,
    passing: problem.passing,
    at: Date.now(),
  };
  writeJson(memory, { ...others, ...(kept ? { [step]: kept } : {}) });
}

/** Forgets every problem, so that each is tried again. */
export const forget = () => rmSync(memory, { force: true });

import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** In a model folder: the records of runs whose models it held before, the latest first. */
export const earlierRunsFile = 'earlier-runs.json';

/** How many are kept; about 20 kB each. */
const most = 50;

type RunRecord = Readonly<Record<string, unknown>>;

/** What a run was made with; two runs with the same are one run, done again. */
const recipe = ({ classes, backbone, preset, parameters, seed, seen }: RunRecord): string =>
  JSON.stringify([classes, backbone, preset, parameters, seed, seen]);

async function read(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Not there, or spoilt: a record is no reason not to save a model.
    return undefined;
  }
}

/**
 * The run records that a model folder has to keep when the model of another run replaces the one in it: those kept
 * already and that model's own, without any made in the same way as the new one.
 * @param folder the model folder as it is now; it need not exist
 * @param run the record of the run that replaces it
 */
export async function earlierRunsOf(folder: string, run: RunRecord): Promise<RunRecord[]> {
  const former = await read(path.join(folder, 'run.json'));
  const kept = await read(path.join(folder, earlierRunsFile));
  const all = [former, ...(Array.isArray(kept) ? kept : [])].filter(
    (record): record is RunRecord => typeof record === 'object' && record !== null,
  );
  const seen = new Set([recipe(run)]);
  return all
    .filter((record) => {
      const made = recipe(record);
      return !seen.has(made) && seen.add(made);
    })
    .slice(0, most);
}

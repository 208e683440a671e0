import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { visible } from '../core/visible';
import type { AuditSummary } from '../evaluation/audit-summary';
import type { Evaluation } from '../evaluation/evaluation';
import { earlierRunsFile } from './earlier-runs';
import type { TrainedParts } from './trained-parts';

/** A run as its model folder records it. */
export interface KeptRun
  extends Pick<
    TrainedParts,
    'classes' | 'backbone' | 'preset' | 'parameters' | 'seed' | 'synthetic' | 'history' | 'seconds'
  > {
  /** Name of the model folder. */
  readonly name: string;
  /** When it was saved, ISO 8601. */
  readonly date: string;
  /**
   * Of a run whose model was replaced by that of a later one: in what it differs from the run whose model is there
   * ("epochs 10"). Undefined for the latter.
   */
  readonly changed?: string;
  readonly evaluation: Evaluation | null;
  /** Of the pictures it was trained on; absent or null where none was made. */
  readonly audit?: AuditSummary | null;
}

type Recorded = Pick<KeptRun, 'classes' | 'backbone' | 'preset' | 'parameters' | 'seed'>;

/** What can differ between two runs of one name, by the names that people know. */
const recipe = ({ classes, backbone, preset, parameters, seed }: Recorded): Record<string, unknown> => ({
  classes: classes.join(', '),
  backbone: backbone.title,
  weights: backbone.weights,
  preset,
  seed,
  ...parameters,
});

// The article's decay follows its epochs and rate.
const follows = (name: string, names: readonly string[]): boolean =>
  name === 'decay' && names.some((other) => other === 'epochs' || other === 'learningRate');

function differences(run: Recorded, latest: Recorded): string {
  const other = recipe(latest);
  const entries = Object.entries(recipe(run)).filter(([name, value]) => value !== other[name]);
  const names = entries.map(([name]) => name);
  const told = entries.filter(([name]) => !follows(name, names)).map(([name, value]) => `${name} ${value}`);
  return told.join(', ') || 'pictures';
}

/**
 * The runs recorded below a folder (each in DIR/NAME/run.json), by name; after each those whose models it replaced, the
 * latest first. A record that this version cannot read is left out and its file named to `onUnreadable`.
 */
export async function keptRuns(
  folder: string,
  onUnreadable: (file: string) => void = (file) =>
    console.warn(`${visible(file)} is not a run record of this version`),
): Promise<KeptRun[]> {
  // Late, because what checks the records takes longer to load than the rest of the library.
  const { runSchema, earlierRunsSchema } = await import('./run-record.js');
  async function read<T>(file: string, schema: { parse(value: unknown): T }): Promise<T | undefined> {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      onUnreadable(file);
      return undefined;
    }
  }
  const names = await readdir(folder).catch((): string[] => []);
  const runs: KeptRun[] = [];
  for (const name of names.filter((entry) => !entry.startsWith('.')).sort()) {
    const latest = await read(path.join(folder, name, 'run.json'), runSchema);
    if (!latest) continue;
    const earlier = (await read(path.join(folder, name, earlierRunsFile), earlierRunsSchema)) ?? [];
    const asRun = (record: typeof latest) => ({
      ...record,
      name,
      evaluation: record.evaluation as Evaluation | null,
    });
    runs.push(
      asRun(latest),
      ...earlier.map((record) => ({ ...asRun(record), changed: differences(record, latest) })),
    );
  }
  return runs;
}

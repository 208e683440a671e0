import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditSummary } from '../evaluation/audit-summary';
import type { Evaluation } from '../evaluation/evaluation';
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
  readonly evaluation: Evaluation | null;
  /** Of the pictures it was trained on; absent or null where none was made. */
  readonly audit?: AuditSummary | null;
}

/**
 * The runs recorded below a folder (each in DIR/NAME/run.json), by name. A record that this version cannot read is
 * left out and named to `onUnreadable`.
 */
export async function keptRuns(
  folder: string,
  onUnreadable: (file: string) => void = (file) =>
    console.warn(`${file} is not a run record of this version`),
): Promise<KeptRun[]> {
  // Late, because what checks the records takes longer to load than the rest of the library.
  const { runSchema } = await import('./run-record.js');
  const names = await readdir(folder).catch((): string[] => []);
  const runs: KeptRun[] = [];
  for (const name of names.filter((entry) => !entry.startsWith('.')).sort()) {
    const file = path.join(folder, name, 'run.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      const record = runSchema.parse(JSON.parse(text));
      runs.push({ ...record, name, evaluation: record.evaluation as Evaluation | null });
    } catch {
      onUnreadable(file);
    }
  }
  return runs;
}

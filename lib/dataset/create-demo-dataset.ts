import path from 'node:path';
import { checkChoice, checkList, checkWhole, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { DatasetReport } from './dataset-report';
import { holdsPhantoms, writeClassFolder } from './phantom/class-folder';
import { type PhantomPart, type PlannedPhantom, planPhantoms } from './phantom/plan';
import { refuseRealNeighbours, replaceableRecords } from './phantom/replaceable';
import { type PhantomClass, phantomClasses } from './phantom-class';

export interface DemoOptions extends WorkOptions {
  /** Pictures a class, 1 to 100,000. Default 69, as many as the article's pictures of COVID-19. */
  readonly count?: number;
  /** Whole number, 0 or more. Default 42. */
  readonly seed?: number;
  /** Classes to draw: covid, normal, pneumonia. Default all three. */
  readonly classes?: readonly string[];
  /** Further pictures of each of normal and pneumonia, of other patients, in `to`/test. Default 0: none. */
  readonly test?: number;
}

/** One class folder that is wanted. */
interface WantedFolder {
  readonly folder: string;
  readonly label: PhantomClass;
  readonly plan: readonly PlannedPhantom[];
}

function checkClasses(classes: readonly string[]): PhantomClass[] {
  checkList('classes', classes, '["covid", "normal"]');
  if (classes.length === 0)
    throw new InputError(`classes is empty; choose some of ${phantomClasses.join(', ')}`);
  return [...new Set(classes.map((name) => checkChoice('classes', name, phantomClasses)))];
}

function wantedFolders(to: string, options: DemoOptions): WantedFolder[] {
  const count = checkWhole('count', options.count ?? 69, 1, 100_000);
  const seed = checkWhole('seed', options.seed ?? 42, 0);
  const test = checkWhole('test', options.test ?? 0, 0, 100_000);
  const wanted = (folder: string, part: PhantomPart, pictures: number) => (label: PhantomClass) => ({
    folder: path.join(folder, label),
    label,
    plan: planPhantoms(label, part, seed, pictures),
  });
  return [
    ...checkClasses(options.classes ?? phantomClasses).map(wanted(to, 'training', count)),
    ...(test ? (['normal', 'pneumonia'] as const).map(wanted(path.join(to, 'test'), 'test', test)) : []),
  ];
}

/**
 * Draws the embedded default: procedural chest phantoms of the article's classes, as `to`/CLASS/phantom-NNNN.png with
 * records.csv. They are not people, and nothing about medicine follows from them; their source says "synthetic".
 * Position, exposure and noise are alike in all classes, so that only the findings give a class away.
 *
 * Equal seeds give equal pixels on every machine, and a larger count only adds pictures. A folder that already holds
 * exactly these pictures is left alone; phantoms of another seed, count or version are replaced, class by class.
 * @param to dataset folder; made where needed
 * @returns pictures there are now, those of `test` included
 * @throws InputError on a bad option, and where a class folder holds anything but phantoms: it is left as it is
 */
export async function createDemoDataset(to: string, options: DemoOptions = {}): Promise<DatasetReport> {
  const { onProgress, signal } = options;
  const dataset = path.resolve(to);
  const wanted = wantedFolders(dataset, options);
  await refuseRealNeighbours(dataset);
  // Everything is checked before anything is written.
  const existing = await Promise.all(wanted.map(({ folder }) => replaceableRecords(folder)));
  const rows = wanted.reduce((sum, { plan }) => sum + plan.length, 0);
  let done = 0;
  const report = (pictures: number) => {
    done += pictures;
    onProgress?.({ stage: 'phantoms', done, total: rows });
  };
  for (const [i, { folder, label, plan }] of wanted.entries()) {
    signal?.throwIfAborted();
    if (await holdsPhantoms(existing[i]!, plan)) {
      report(plan.length);
      continue;
    }
    await writeClassFolder(folder, label, plan, () => {
      signal?.throwIfAborted();
      report(1);
    });
  }
  return { rows, taken: rows, skipped: {}, missing: [], to: dataset, duplicates: [] };
}

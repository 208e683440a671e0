import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { asError, InputError } from '../core/check';
import type { Evaluation } from '../evaluation/evaluation';
import type { ExportFigures } from './export-model';
import { runSchema } from './run-record';

/** The figures that a model folder records. @throws InputError if its run.json cannot be read */
export async function readFigures(folder: string): Promise<ExportFigures> {
  const file = path.join(folder, 'run.json');
  try {
    const { evaluation, audit = null } = runSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return { evaluation: evaluation as Evaluation | null, audit };
  } catch (error) {
    throw new InputError(
      `${file} is not what this version writes (${asError(error).message}); train the model again`,
    );
  }
}

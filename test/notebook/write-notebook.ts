import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectFolder } from '../../lib/core/settings';

/** A new folder for notebooks, which finds the project's packages and their types as notebooks/ does. */
export async function notebookFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'xray-notebooks-'));
  await symlink(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  return folder;
}

/** A code cell, with tags where it has some. */
export type TestCell = string | { code: string; tags: string[] };

/** Writes a notebook of code cells for the project's kernel. */
export async function writeTestNotebook(file: string, cells: readonly TestCell[]): Promise<string> {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: {
        display_name: 'TypeScript (xray-transfer)',
        language: 'typescript',
        name: 'xray-transfer',
      },
    },
    cells: cells.map((cell, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: typeof cell === 'string' ? {} : { tags: cell.tags },
      source: typeof cell === 'string' ? cell : cell.code,
      execution_count: null,
      outputs: [],
    })),
  };
  await writeFile(file, JSON.stringify(notebook));
  return file;
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../core/files';

/** Where a project's kernel is. */
export const kernelFolder = (project: string): string =>
  path.join(project, 'jupyter', 'kernels', 'xray-transfer');

/** Why the kernel of a project cannot start; null if it can. */
export async function kernelProblem(project: string): Promise<string | null> {
  const folder = kernelFolder(project);
  const spec = path.join(folder, 'kernel.json');
  const text = await readFile(spec, 'utf8').catch(() => undefined);
  if (text === undefined) return `${spec} is missing; take it from the repository again`;
  try {
    if (!Array.isArray(JSON.parse(text).argv))
      return `${spec} names no command; take it from the repository again`;
  } catch {
    return `${spec} is no JSON; take it from the repository again`;
  }
  const start = path.join(folder, 'kernel.cjs');
  if (!(await exists(start))) return `${start} is missing; take it from the repository again`;
  const compiled = path.join(project, 'dist', 'notebook', 'kernel.js');
  return (await exists(compiled)) ? null : `${compiled} is missing; run \`npm run setup\``;
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../core/files';

/** Version of JupyterLab in a project's environment, which setup installs from its list; null if it is not there. */
export async function jupyterVersion(project: string): Promise<string | null> {
  const commands = [path.join('bin', 'jupyter-lab'), path.join('Scripts', 'jupyter-lab.exe')];
  const there = await Promise.all(commands.map((command) => exists(path.join(project, '.venv', command))));
  if (!there.includes(true)) return null;
  const list = path.join(project, 'scripts', 'setup', 'requirements', 'jupyter.txt');
  const text = await readFile(list, 'utf8').catch(() => '');
  return /^jupyterlab==([\w.]+)/m.exec(text)?.[1] ?? 'of unknown version';
}

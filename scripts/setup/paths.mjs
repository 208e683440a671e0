import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder. */
export const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const inProject = (...parts) => path.join(project, ...parts);
export const requirements = (name) => inProject('scripts', 'setup', 'requirements', name);

const windows = process.platform === 'win32';
export const environment = inProject('.venv');
export const environmentPython = inProject(
  '.venv',
  ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);

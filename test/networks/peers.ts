import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from '../../lib/core/settings';

/** A Python with these modules: XRAY_PEERS_PYTHON, else the project's own .venv; undefined where there is none. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const python = process.env.XRAY_PEERS_PYTHON || path.join(projectFolder, '.venv', 'bin', 'python');
  if (!existsSync(python)) return undefined;
  const look = `import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;
  try {
    execFileSync(python, ['-c', look], { stdio: 'ignore' });
    return python;
  } catch {
    return undefined;
  }
}

/** Material that lies beside the project on some machines; undefined where it does not. */
export function shared(...parts: readonly string[]): string | undefined {
  const found = path.resolve(projectFolder, '..', 'shared', ...parts);
  return existsSync(found) ? found : undefined;
}

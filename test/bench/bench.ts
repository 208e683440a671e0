import path from 'node:path';
import { projectFolder } from '../../lib/core/settings';

/** A module of bench/, which is plain JavaScript. */
export const bench = (name: string) => import(path.join(projectFolder, 'bench', `${name}.mjs`));

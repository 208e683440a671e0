import path from 'node:path';
import { isBackboneName } from '../networks/names';
import type { GridNetwork } from './grid';

/** For tables: "vgg16", "vgg16 random". */
export const networkLabel = ({ name, cut, weights }: GridNetwork): string =>
  [isBackboneName(name) ? name : path.basename(name), cut, weights && path.basename(weights)]
    .filter(Boolean)
    .join(' ');

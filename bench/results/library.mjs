import { createRequire } from 'node:module';
import path from 'node:path';

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '..', '..');

const require = createRequire(import.meta.url);

/** A module of the built library: "index", "core/random". */
export const library = (name) => require(path.join(root, 'dist', name));

export const { version } = require('../../package.json');

import { stripVTControlCharacters } from 'node:util';
import { overwriteLines } from '../notebook/cell-outputs';

// Control characters that are no part of a text; HTML allows none of them, or makes new lines of them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** What a terminal would show of a text: no colour codes, lines overwritten by carriage returns in their last state. */
export const terminalText = (text: string): string =>
  overwriteLines(stripVTControlCharacters(text)).replace(controls, '');

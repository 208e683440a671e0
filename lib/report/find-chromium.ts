import { existsSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../core/check';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
// Where macOS and Windows install them, outside of PATH.
const programs = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * Where Chromium, or a browser of its kind, is: the file that `CHROMIUM` names, else one in PATH or where systems
 * install it; undefined if there is none.
 * @throws InputError if `CHROMIUM` names no file
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.CHROMIUM) {
    if (existsSync(env.CHROMIUM)) return env.CHROMIUM;
    throw new InputError(`CHROMIUM is "${env.CHROMIUM}"; there is no such file`);
  }
  const folders = (env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const inPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return [...inPath, ...programs].find((file) => existsSync(file));
}

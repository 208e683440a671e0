import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { inProject } from './paths.mjs';
import { Problem } from './problem.mjs';
import { run } from './run.mjs';
import { readJson } from './state.mjs';

const command = 'xray-transfer';

/** Whether node_modules holds what the lockfile names, by npm's own record of what it installed. */
export function matchesLockfile(lockfile, installed) {
  if (!lockfile || !installed) return false;
  const wanted = Object.entries(lockfile.packages).filter(([where]) => where !== '');
  const same = ([where, { version, integrity, optional }]) => {
    const found = installed.packages[where];
    // Packages for other systems are left out.
    if (!found) return optional === true;
    return found.version === version && found.integrity === integrity;
  };
  return wanted.every(same) && Object.keys(installed.packages).every((where) => where in lockfile.packages);
}

const record = inProject('node_modules', '.package-lock.json');

const isInstalled = () =>
  matchesLockfile(readJson(inProject('package-lock.json')), readJson(record)) &&
  existsSync(inProject('node_modules', 'typescript', 'bin', 'tsc'));

/** npm only warns of a file that it could not write, and goes on without it. */
const notWritten = /TAR_ENTRY_ERROR (EIO|ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EMFILE)\b/;

function npm(args) {
  const own = process.env.npm_execpath;
  const options = { failure: notWritten };
  if (own && /npm-cli\.c?js$/.test(own)) return run(process.execPath, [own, ...args], options);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options);
}

/** npm links the commands of dependencies only; this one is for `npx xray-transfer` in the project's own folder. */
function linkCommand() {
  const folder = inProject('node_modules', '.bin');
  const link = path.join(folder, command);
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\dist\\cli.js" %*\r\n');
    return;
  }
  const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink();
  if (isLink) return;
  const temporary = `${link}.tmp`;
  // One that a killed setup left; no other is at work.
  rmSync(temporary, { force: true });
  symlinkSync('../../dist/cli.js', temporary);
  renameSync(temporary, link);
}

/** Makes the command's file executable; compiling it anew forgets that. */
export function makeExecutable() {
  const file = inProject('dist', 'cli.js');
  if (!existsSync(file) || process.platform === 'win32') return;
  if (readFileSync(file, 'utf8').startsWith('#!')) chmodSync(file, 0o755);
}

/** The npm packages of the lockfile, without install scripts. */
export async function npmPackages() {
  const kept = isInstalled();
  if (!kept) {
    try {
      await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=warn']);
    } catch (error) {
      // It may say that all is there.
      rmSync(record, { force: true });
      throw new Problem(
        `npm could not install the packages of package-lock.json. If the connection failed, run this again: what was downloaded is kept.\n${error.message}`,
      );
    }
  }
  linkCommand();
  if (kept) return undefined;
  // npm says nothing when its record cannot be written.
  return isInstalled() ? 'installed' : 'done, but npm kept no record of it: it is done again next time';
}

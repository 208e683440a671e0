import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProject } from './paths.mjs';
import { readJson } from './state.mjs';

const lockFile = inProject('.cache', 'setup', 'lock.json');

/** When a process began, where the system tells; with the number it names one process, also after numbers are used again. */
function beginning(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[19];
  } catch {
    return '';
  }
}

function isAlive({ pid, began }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return beginning(pid) === began;
}

function take() {
  try {
    const own = { pid: process.pid, began: beginning(process.pid) };
    writeFileSync(lockFile, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Puts a dead setup's lock aside; of several that see it, one succeeds. */
function clear() {
  const aside = `${lockFile}.${process.pid}`;
  try {
    renameSync(lockFile, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** Waits until no other setup of this project is at work, then keeps others waiting until this process ends. */
export async function lock(say) {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  let unreadable = 0;
  for (let told = false; !take(); ) {
    const holder = readJson(lockFile);
    // Between being made and being written a lock is empty for a moment; one that stays so belongs to nobody.
    if (holder ? !isAlive(holder) : ++unreadable > 10) {
      clear();
      continue;
    }
    if (holder && !told) say(`waiting for another setup (process ${holder.pid})`);
    told ||= holder !== undefined;
    await sleep(200);
  }
  process.on('exit', () => rmSync(lockFile, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
}

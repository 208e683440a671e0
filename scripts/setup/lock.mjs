import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProject } from './paths.mjs';
import { mark } from './run.mjs';
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
    const own = { pid: process.pid, began: beginning(process.pid), mark };
    writeFileSync(lockFile, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    // It was made, and could not be written.
    rmSync(lockFile, { force: true });
    throw error;
  }
}

/** The processes that carry a dead setup's mark: npm, pip or a compiler that it had started. Only Linux tells. */
function orphans({ mark }) {
  try {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
      } catch {
        // Gone meanwhile, or another user's.
        return false;
      }
    });
  } catch {
    return [];
  }
}

/** Ends what a killed setup had started: it would write where this one does. */
async function endOrphans(holder) {
  for (let found = orphans(holder); found.length > 0; found = orphans(holder)) {
    for (const pid of found) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
    await sleep(20);
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
      if (holder) await endOrphans(holder);
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

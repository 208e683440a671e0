import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';

/** What happens at a write. */
export interface Fault {
  /** The write, from 1, counted over the process and its children; 0 for none. */
  readonly at: number;
  /** The system's error, or the death of the process that writes. */
  readonly what: 'EIO' | 'ENOSPC' | 'kill';
  /** Whether all later writes fail too. */
  readonly stays?: boolean;
}

/** A disk that fails at a chosen write; see failing-disk.cc. */
export interface FailingDisk {
  /** The environment of a process that writes to it. @param below only what is in this folder counts */
  environment(below: string, fault: Fault): NodeJS.ProcessEnv;
  /** The writes since the last environment was asked for: a call and a path each. */
  writes(): { readonly call: string; readonly path: string }[];
  remove(): void;
}

/** Compiles the failing disk; a reason in words where that cannot be done here. */
export function failingDisk(): FailingDisk | string {
  if (process.platform !== 'linux') return 'writes are counted on Linux only';
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-failing-disk-'));
  const library = path.join(folder, 'failing-disk.so');
  const [count, log] = [path.join(folder, 'count'), path.join(folder, 'log')];
  try {
    const source = path.join(__dirname, 'failing-disk.cc');
    execFileSync('g++', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'pipe' });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return 'there is no C++ compiler here, which the failing disk is built with';
  }
  return {
    environment(below, { at, what, stays = false }) {
      writeFileSync(count, Buffer.alloc(8));
      rmSync(log, { force: true });
      return {
        LD_PRELOAD: library,
        FAULT_BELOW: below,
        FAULT_COUNT: count,
        FAULT_LOG: log,
        FAULT_AT: String(at),
        FAULT_ERROR: String(what === 'kill' ? 0 : constants.errno[what]),
        FAULT_STAYS: stays ? '1' : '0',
      };
    },
    writes: () =>
      readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => /^\d+ (\S+) (.*)$/.exec(line)!)
        .map(([, call, file]) => ({ call: call!, path: file! })),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

import * as typescript from '@tslab/typescript-for-tslab';

/** What TypeScript's watching compiler calls the building of a program anew. */
const building = 'updateProgramWithWatchStatus';

type SetTimer = (callback: (...args: unknown[]) => void, milliseconds: number) => unknown;
type ClearTimer = (timer: unknown) => void;
type System = Record<'setTimeout' | 'clearTimeout', SetTimer | ClearTimer | undefined>;

/**
 * Makes a converter of tslab's that bears changes of the files around a notebook. TypeScript's watching compiler sets
 * two timers: one to build a program anew, which tslab holds back until the next cell, and one, when a package.json or a
 * folder of packages changed, to look again for what was not found. tslab takes every timer for the first and throws
 * "Unexpected pending rebuildTimer" at the second, which would fail whatever cell is running. Here the second runs by itself.
 */
export function withLookupTimers<T>(create: () => T): T {
  const sys = typescript.sys as unknown as System;
  const { setTimeout: set, clearTimeout: clear } = sys;
  const lookups = new WeakSet<object>();
  // tslab's system inherits from this one: what it assigns is wrapped, and becomes its own.
  const wrapping = (name: keyof System, wrap: (own: never) => SetTimer | ClearTimer) =>
    Object.defineProperty(sys, name, {
      configurable: true,
      enumerable: true,
      get: () => undefined,
      set(this: object, own: never) {
        Object.defineProperty(this, name, { value: wrap(own), configurable: true, writable: true });
      },
    });
  wrapping(
    'setTimeout',
    (own: SetTimer): SetTimer =>
      (callback, milliseconds) => {
        if (callback.name === building) return own(callback, milliseconds);
        const timer = setTimeout(callback, milliseconds).unref();
        lookups.add(timer);
        return timer;
      },
  );
  wrapping(
    'clearTimeout',
    (own: ClearTimer): ClearTimer =>
      (timer) => {
        if (lookups.has(timer as object)) clearTimeout(timer as NodeJS.Timeout);
        else own(timer);
      },
  );
  try {
    return create();
  } finally {
    for (const [name, value] of [
      ['setTimeout', set],
      ['clearTimeout', clear],
    ] as const)
      Object.defineProperty(sys, name, { value, configurable: true, enumerable: true, writable: true });
  }
}

import { InputError } from '../core/check';
import type { BackboneOptions } from '../networks/backbone-options';
import { loadFrozenBase } from '../networks/freeze';
import type { FrozenBase } from '../networks/frozen-base';

interface Opened {
  readonly key: string;
  readonly backbone: Promise<FrozenBase>;
  users: number;
  /** Another one was opened since; the last user disposes it. */
  retired: boolean;
}

let kept: Opened | undefined;

const dispose = async ({ backbone }: Opened): Promise<void> =>
  backbone.then(
    (base) => {
      base.dispose();
    },
    // It never came to be.
    () => undefined,
  );

function open(options: BackboneOptions): Opened {
  const key = JSON.stringify(options);
  if (kept?.key === key) return kept;
  void releaseBackbone();
  const opened: Opened = { key, backbone: loadFrozenBase(options), users: 0, retired: false };
  kept = opened;
  opened.backbone.catch(() => {
    if (kept === opened) kept = undefined;
  });
  return opened;
}

/** The backbone, or its error with a stack that leads to whoever asked for it now, such as a notebook's cell. */
async function loaded({ backbone }: Opened): Promise<FrozenBase> {
  try {
    return await backbone;
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.message, { cause: error }) : error;
  }
}

/**
 * Lends a backbone to `work`: from memory if it was the last one opened, else loaded. It stays whole until `work` is
 * done, whatever is opened meanwhile. One is kept afterwards because a notebook works on one network, and VGG19 alone
 * takes 80 MB.
 */
export async function withBackbone<T>(
  options: BackboneOptions,
  work: (backbone: FrozenBase) => Promise<T> | T,
): Promise<T> {
  const opened = open(options);
  opened.users++;
  try {
    return await work(await loaded(opened));
  } finally {
    opened.users--;
    if (opened.retired && !opened.users) await dispose(opened);
  }
}

/** Frees the memory of the backbone that is kept, at once or when its last user is done. */
export async function releaseBackbone(): Promise<void> {
  const released = kept;
  kept = undefined;
  if (!released) return;
  released.retired = true;
  if (!released.users) await dispose(released);
}

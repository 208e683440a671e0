import { InputError } from './check';

/** What a disk or its system may refuse: why, and what to do. */
const refusals: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ENOSPC: ['no space is left on its disk', 'free some'],
  EDQUOT: ['your quota of its disk is used up', 'free some'],
  EFBIG: ['it is larger than its disk, or a limit of the system, allows', 'name a folder on another disk'],
  EIO: ['its disk reports a fault', 'check the disk, or name a folder on another one'],
  EROFS: ['its disk is read-only', 'name another folder'],
  EACCES: ['this user may not write there', 'change that, or name another folder'],
  EPERM: ['this user may not write there', 'change that, or name another folder'],
  // Node says so of every folder that it cannot make, whatever the reason.
  ENOENT: [
    'the folder that it belongs in is not there and cannot be made',
    'check the disk, or name another folder',
  ],
  ENOTDIR: ['a part of its path is a file', 'name another folder'],
  EEXIST: ['something of its name, or of a folder above it, is there already', 'name another folder'],
  EISDIR: ['it is a folder', 'name another file'],
  EBUSY: ['it is in use, or a disk of its own (a mount point)', 'name another folder'],
  EXDEV: ['its disk cannot rename it in one step', 'name a folder that is not there yet'],
  ELOOP: ['its path has links that lead in a circle', 'name another folder'],
  ENAMETOOLONG: ['its name is too long', 'choose a shorter one'],
  EMFILE: ['too many files are open', 'close other programs, or raise `ulimit -n`'],
  ENFILE: ['too many files are open', 'close other programs'],
  ESTALE: ['its network disk has gone', 'mount it again'],
  ENOTCONN: ['its network disk has gone', 'mount it again'],
  ETIMEDOUT: ['its network disk does not answer', 'look why'],
};

/** A file or folder that cannot be written. */
export class WriteError extends InputError {
  constructor(
    readonly file: string,
    /** The system's, such as ENOSPC. */
    readonly code: string,
    cause?: unknown,
  ) {
    const [why, remedy] = refusals[code]!;
    super(
      `${file} cannot be written: ${why} (${code}); ${remedy}, then run it again: what was finished is kept`,
      {
        cause,
      },
    );
  }
}

/** A failure to write `file` as a WriteError; what is none of the system's refusals is returned as it is. */
export function asWriteError(thrown: unknown, file: string): unknown {
  if (thrown instanceof InputError) return thrown;
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' && code in refusals ? new WriteError(file, code, thrown) : thrown;
}

/**
 * Does what writes a file or folder.
 * @throws WriteError naming it where the system refuses
 */
export async function writing<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asWriteError(error, file);
  }
}

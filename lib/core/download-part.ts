import { readFile, rm, stat } from 'node:fs/promises';
import { writeJson } from './files';

/** What a part on disk belongs to. */
export interface PartState {
  readonly url: string;
  /** The server's strong ETag, else its Last-Modified: proof that the rest is of the same file. */
  readonly validator: string;
  /** Bytes of the whole file, where the server said so. */
  readonly total?: number;
}

/** A download under way: the bytes that have come, and beside them where they come from. */
export interface Part {
  readonly file: string;
  readonly stateFile: string;
}

export const partOf = (file: string): Part => ({ file: `${file}.part`, stateFile: `${file}.part.json` });

/** Bytes that have come; 0 where there is no part. */
export const partSize = ({ file }: Part): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/** The state of a part of `url`; undefined if there is none, or if it cannot be gone on with. */
export async function readPartState({ stateFile }: Part, url: string): Promise<PartState | undefined> {
  try {
    const state: Partial<PartState> = JSON.parse(await readFile(stateFile, 'utf8'));
    return state.url === url && typeof state.validator === 'string' ? (state as PartState) : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a part's origin; forgets it where the server gave nothing to go on with. */
export const writePartState = ({ stateFile }: Part, state: PartState | undefined): Promise<void> =>
  state ? writeJson(stateFile, state) : rm(stateFile, { force: true });

/** Removes a part and its state. */
export async function removePart({ file, stateFile }: Part): Promise<void> {
  await rm(stateFile, { force: true });
  await rm(file, { force: true });
}

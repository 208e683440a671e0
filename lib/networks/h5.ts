import { open } from 'node:fs/promises';
import { asError, InputError } from '../core/check';

/** What is stored of a dataset. */
export interface H5Metadata {
  readonly shape: readonly number[] | null;
  /** Bytes of one number. */
  readonly size: number;
  /** HDF5's class of type: 0 whole number, 1 floating point. */
  readonly type: number;
}

/** An HDF5 file open for reading; nothing is read before it is asked for. */
export interface H5File {
  /** Text attribute of a group as a list; undefined where the group or the attribute is absent. */
  texts(group: string, attribute: string): string[] | undefined;
  /** Undefined where there is no such dataset. */
  metadata(dataset: string): H5Metadata | undefined;
  /** The numbers of a whole dataset, decompressed, low byte first whatever the file's order. */
  bytes(dataset: string): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** The parts of h5wasm that are used here; its own types do not fit this project's compiler settings. */
interface H5Wasm {
  readonly ready: Promise<{
    readonly HEAPU8: Uint8Array<ArrayBuffer>;
    activate_throwing_error_handler(): number;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    get_dataset_data(
      file: bigint,
      path: string,
      count: null,
      offset: null,
      strides: null,
      to: bigint,
    ): number;
  }>;
  readonly File: new (path: string, mode: 'r') => H5Entity & { readonly file_id: bigint; close(): number };
}
interface H5Entity {
  readonly type: string;
  readonly metadata?: H5Metadata;
  readonly attrs: Record<string, { readonly shape: readonly number[] | null; readonly json_value: unknown }>;
  get?(path: string): H5Entity | null;
}

const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

async function checkSignature(file: string): Promise<void> {
  const handle = await open(file).catch((error) => {
    throw new InputError(`${file} cannot be read: ${asError(error).message}`);
  });
  try {
    const start = Buffer.alloc(signature.length);
    await handle.read(start, 0, start.length, 0).catch((error) => {
      throw new InputError(`${file} cannot be read: ${asError(error).message}`);
    });
    if (!start.equals(signature))
      throw new InputError(`${file} is not an HDF5 file; a Keras .h5 file of weights is`);
  } finally {
    await handle.close();
  }
}

/**
 * Opens an HDF5 file in place: HDF5 itself seeks in it, so memory holds one dataset at a time.
 * @throws InputError if the file is absent, of another kind, or cut short
 */
export async function openH5(file: string): Promise<H5File> {
  await checkSignature(file);
  const { ready, File } = (await import('h5wasm/node')) as unknown as H5Wasm;
  const wasm = await ready;
  // Otherwise HDF5 prints pages of its own stack to standard error.
  wasm.activate_throwing_error_handler();
  const sound = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new InputError(`${file} is damaged: ${asError(error).message}; fetch it again`);
    }
  };
  const root = sound(() => new File(file, 'r'));
  const entity = (path: string): H5Entity | undefined => {
    try {
      return (path === '/' ? root : root.get?.(path)) ?? undefined;
    } catch {
      return undefined;
    }
  };
  const texts = (group: string, attribute: string): string[] | undefined => {
    const stored = entity(group)?.attrs[attribute];
    // Keras writes the names of a layer without weights as an empty array, which h5wasm cannot read.
    if (stored?.shape?.[0] === 0) return [];
    const value = stored?.json_value;
    return Array.isArray(value) ? value.map(String) : undefined;
  };
  const bytes = (dataset: string): Uint8Array<ArrayBuffer> => {
    const { shape, size } = entity(dataset)!.metadata!;
    const length = (shape ?? []).reduce((product, side) => product * side, size);
    const pointer = wasm._malloc(Math.max(length, 1));
    if (!pointer) throw new Error(`${length} bytes at ${dataset} are more than there is memory for`);
    try {
      const status = wasm.get_dataset_data(root.file_id, dataset, null, null, null, BigInt(pointer));
      if (status < 0) throw new Error(`${dataset} cannot be read`);
      return wasm.HEAPU8.slice(pointer, pointer + length);
    } finally {
      wasm._free(pointer);
    }
  };
  return {
    texts: (group, attribute) => sound(() => texts(group, attribute)),
    metadata: (dataset) => sound(() => entity(dataset)?.metadata),
    bytes: (dataset) => sound(() => bytes(dataset)),
    close: () => void root.close(),
  };
}

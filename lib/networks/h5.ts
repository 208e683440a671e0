import { open } from 'node:fs/promises';
import { InputError } from '../core/check';

/** What is stored of a dataset: how many of what, in which order of bytes. */
export interface H5Metadata {
  readonly shape: readonly number[] | null;
  /** Bytes of one number. */
  readonly size: number;
  readonly littleEndian: boolean;
  /** HDF5's class of type: 0 whole number, 1 floating point. */
  readonly type: number;
}

/** An HDF5 file open for reading; nothing is read before it is asked for. */
export interface H5File {
  /** Text attribute of a group as a list; undefined where the group or the attribute is absent. */
  texts(group: string, attribute: string): string[] | undefined;
  /** Undefined where there is no such dataset. */
  metadata(dataset: string): H5Metadata | undefined;
  /** The bytes of a whole dataset, as stored, decompressed. */
  bytes(dataset: string): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** The parts of h5wasm that are used here; its own types do not fit this project's compiler settings. */
interface H5Wasm {
  readonly ready: Promise<{
    readonly HEAPU8: Uint8Array<ArrayBuffer>;
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
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  });
  try {
    const start = Buffer.alloc(signature.length);
    await handle.read(start, 0, start.length, 0).catch((error) => {
      throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
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
  let root: InstanceType<typeof File>;
  try {
    root = new File(file, 'r');
    if (root.file_id < 0n) throw new Error('HDF5 cannot open it');
  } catch {
    throw new InputError(`${file} is damaged: HDF5 cannot open it; fetch it again`);
  }
  const entity = (path: string): H5Entity | undefined => {
    try {
      return (path === '/' ? root : root.get?.(path)) ?? undefined;
    } catch {
      return undefined;
    }
  };
  return {
    texts: (group, attribute) => {
      const stored = entity(group)?.attrs[attribute];
      // Keras writes the names of a layer without weights as an empty array, which h5wasm cannot read.
      if (stored?.shape?.[0] === 0) return [];
      const value = stored?.json_value;
      return Array.isArray(value) ? value.map(String) : undefined;
    },
    metadata: (dataset) => entity(dataset)?.metadata,
    bytes: (dataset) => {
      const { shape, size } = entity(dataset)!.metadata!;
      const length = (shape ?? []).reduce((product, side) => product * side, size);
      const pointer = wasm._malloc(Math.max(length, 1));
      try {
        const status = wasm.get_dataset_data(root.file_id, dataset, null, null, null, BigInt(pointer));
        if (status < 0) throw new InputError(`${file} is damaged at ${dataset}; fetch it again`);
        return wasm.HEAPU8.slice(pointer, pointer + length);
      } finally {
        wasm._free(pointer);
      }
    },
    close: () => void root.close(),
  };
}

/** One picture of a dataset and what is known of it. */
export interface Xray {
  /** Absolute path of the picture file. */
  readonly path: string;
  /** Class name: the folder's name. */
  readonly label: string;
  /** Who was X-rayed; pictures of one patient are kept on one side of a split. Unique across sources. */
  readonly patientId: string;
  /** Where the picture comes from, e.g. "covid-chestxray-dataset", "kaggle-chest-xray"; `syntheticSource` for phantoms. */
  readonly source: string;
  /** Projection, e.g. "PA"; empty where unknown. */
  readonly view: string;
  /** Pixels, as stored (after EXIF rotation). */
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** Licence of this picture; empty where unknown. */
  readonly license: string;
  /** What else the collection's table says of it, by column: age, sex, date …; absent where there is nothing. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The `source` of every phantom, and the beginning of that of its copies; results from such pictures say "synthetic". */
export const syntheticSource = 'synthetic phantom';

/** Whether any of these pictures is synthetic. */
export const isSynthetic = (xrays: readonly Xray[]): boolean =>
  xrays.some(({ source }) => source === syntheticSource || source.startsWith(`${syntheticSource}, `));

/** Decoded pixels, RGB, row by row from the top left, 8 bits a channel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Length width · height · 3. */
  readonly data: Uint8Array;
}

/** A division of records. */
export interface Split {
  readonly train: readonly Xray[];
  readonly validation: readonly Xray[];
  readonly test: readonly Xray[];
  readonly classes: readonly string[];
  readonly seed: number;
  /** `patient`: nobody on two sides. `image`: the article's way, picture by picture. */
  readonly grouping: 'patient' | 'image';
}

/** What a builder of a class folder took, left out, and why. */
export interface DatasetReport {
  /** Rows (or files) that are of the wanted kind. */
  readonly rows: number;
  /** Pictures written. */
  readonly taken: number;
  /** How many rows were left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Files of the wanted kind that are listed but not there. */
  readonly missing: readonly string[];
  /** The folder written, absolute. */
  readonly to: string;
  /** Names of identical pictures, a group a list. */
  readonly duplicates: readonly (readonly string[])[];
  /** Files of the wanted kind that cannot be read, each with what is wrong. */
  readonly unreadable?: readonly string[];
}

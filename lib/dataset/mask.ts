/** Which pixels of a picture belong to something, row by row from the top left. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** 1 inside, 0 outside; length width · height. */
  readonly data: Uint8Array;
}

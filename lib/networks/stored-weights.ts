import type { Tensor } from '@tensorflow/tfjs';

/** One array in a weights file, read only when asked for. */
export interface StoredArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its numbers as float32; the caller disposes the tensor. */
  read(): Tensor;
}

/** The arrays of one layer, in the layer's own order. */
export interface StoredLayer {
  readonly name: string;
  readonly arrays: readonly StoredArray[];
}

/** An open weights file: its layers in the network's order, those without arrays left out. */
export interface StoredWeights {
  /** Path, for messages. */
  readonly file: string;
  readonly layers: readonly StoredLayer[];
  close(): void;
}

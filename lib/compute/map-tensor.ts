/**
 * Maps [n, h, w, c] of TensorFlow.js, a `Tensor4D`, as far as those need them who only hand them on. What the library
 * offers is described without TensorFlow.js' own types: they are 500 files, which every notebook's first cell would read.
 */
export interface MapTensor {
  readonly shape: [number, number, number, number];
  dispose(): void;
}

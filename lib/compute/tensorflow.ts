import { openBackend } from './open-backend';

/** The namespace of `@tensorflow/tfjs`, with a working back end. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/** TensorFlow.js on the fastest back end that works here, chosen and checked once a process, when first needed. */
export async function tensorflow(): Promise<TensorFlow> {
  return (await openBackend()).tf;
}

import { InputError } from '../core/check';
import { openBackend } from './open-backend';

/** The namespace of `@tensorflow/tfjs`, with a working back end. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/** TensorFlow.js on the fastest back end that works here, chosen and checked once a process, when first needed. */
export async function tensorflow(): Promise<TensorFlow> {
  return (await openBackend()).tf;
}

/**
 * The same, where convolutions are to be trained: WebAssembly computes them, but not their gradients.
 * @param purpose what for, as a sentence begins: "Fine-tuning"
 * @throws InputError naming the back end
 */
export async function trainableTensorFlow(purpose: string): Promise<TensorFlow> {
  const tf = await tensorflow();
  const backend = tf.getBackend();
  if (!tf.getKernelsForBackend(backend).some(({ kernelName }) => kernelName === 'Conv2DBackpropFilter'))
    throw new InputError(
      `${purpose} trains convolutions, and the back end ${backend} has no gradients of them; ` +
        '`xray-transfer doctor` says why it was chosen. XRAY_BACKEND=cpu has them, slowly',
    );
  return tf;
}

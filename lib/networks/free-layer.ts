import type { layers } from '@tensorflow/tfjs';

/**
 * Frees a layer's weights, however many networks have it and however often it is applied: TensorFlow.js counts each
 * application as a user, and a network that is disposed takes only one off.
 */
export function freeLayer(layer: layers.Layer): void {
  let users = layer.weights.length;
  while (users > 0) users = layer.dispose().refCountAfterDispose;
}

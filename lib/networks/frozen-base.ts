import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import type { Backbone } from './backbone';
import { freeLayer } from './free-layer';
import { type InferenceEngine, inferenceEngine } from './inference/engine';
import { type BackboneOptions, loadBackbone } from './load-backbone';

/** A backbone that only computes features: faster than its network of layers, and its weights are held once. */
export interface FrozenBase extends Omit<Backbone, 'model'>, Pick<InferenceEngine, 'infer' | 'dispose'> {
  /** How its network of layers is loaded. */
  readonly options: BackboneOptions;
}

/**
 * Makes a backbone compute only, with the weights that it has now. Its network of layers must not be used any more:
 * what the frozen base does not need of it is freed.
 */
export function freeze(
  tf: TensorFlow,
  { model, ...backbone }: Backbone,
  options: BackboneOptions,
): FrozenBase {
  const { infer, called, dispose } = inferenceEngine(tf, model);
  for (const layer of model.layers) if (!called.has(layer)) freeLayer(layer);
  return {
    ...backbone,
    options,
    infer,
    dispose() {
      dispose();
      called.forEach(freeLayer);
    },
  };
}

/**
 * A network with its weights, cut where features are taken, to compute with. Its owner frees it with `dispose()`.
 * @throws InputError as `loadBackbone`
 */
export async function loadFrozenBase(options: BackboneOptions): Promise<FrozenBase> {
  const backbone = await loadBackbone(options);
  try {
    return freeze(await tensorflow(), backbone, options);
  } catch (error) {
    backbone.model.dispose();
    throw error;
  }
}

import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import type { Backbone } from './backbone';
import type { BackboneOptions } from './backbone-options';
import { freeLayer } from './free-layer';
import type { FrozenBase } from './frozen-base';
import { inferenceEngine } from './inference/engine';
import { loadUndrawn } from './load-backbone';

/**
 * Makes a backbone compute only, with the weights that it has now. Its network of layers must not be used any more:
 * what the frozen base does not need of it is freed.
 */
export function freeze(
  tf: TensorFlow,
  { model, ...backbone }: Backbone,
  options: BackboneOptions,
): FrozenBase {
  const { infer, inSteps, called, dispose } = inferenceEngine(tf, model);
  for (const layer of model.layers) if (!called.has(layer)) freeLayer(layer);
  return {
    ...backbone,
    options,
    infer,
    inSteps,
    dispose() {
      dispose();
      called.forEach(freeLayer);
    },
  };
}

/**
 * A network with its weights, cut where features are taken, to compute with. Its owner frees it with `dispose()`. It is
 * made ready when it first computes: a run that finds all features in the cache does not wait for it.
 * @throws InputError as `loadBackbone`
 */
export async function loadFrozenBase(options: BackboneOptions): Promise<FrozenBase> {
  const { backbone, draw } = await loadUndrawn(options);
  const tf = await tensorflow();
  let frozen: FrozenBase | undefined;
  const ready = (): FrozenBase => {
    if (!frozen) {
      draw();
      frozen = freeze(tf, backbone, options);
    }
    return frozen;
  };
  const { model, ...description } = backbone;
  return {
    ...description,
    options,
    infer: (batch) => ready().infer(batch),
    inSteps: (batch) => ready().inSteps(batch),
    dispose: () => (frozen ? frozen.dispose() : model.dispose()),
  };
}

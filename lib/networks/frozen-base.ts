import type { MapTensor } from '../compute/map-tensor';
import type { BackboneDescription } from './backbone-description';
import type { BackboneOptions } from './backbone-options';

/** A backbone that only computes features: faster than its network of layers, and its weights are held once. */
export interface FrozenBase extends BackboneDescription {
  /** How its network of layers is loaded. */
  readonly options: BackboneOptions;
  /** From preprocessed pictures [n, size, size, 3] to maps [n, h, w, c]; both belong to the caller. */
  infer(batch: MapTensor): MapTensor;
  /** The same, a step at a time, so that others get their turn between; given up before its end it frees what it made. */
  inSteps(batch: MapTensor): Generator<void, MapTensor>;
  dispose(): void;
}

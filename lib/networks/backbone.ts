import type { LayersModel } from '@tensorflow/tfjs';
import type { BackboneDescription } from './backbone-description';

/** A network of layers ready to compute: a table row with its weights, cut where features are taken. */
export interface Backbone extends BackboneDescription {
  /** The frozen base; input [n, size, size, 3], output [n, h, w, c]. The owner disposes it. */
  readonly model: LayersModel;
}

/** One epoch of training. */
export interface Epoch {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean cross-entropy over the training pictures (natural logarithm, 0 or more). */
  readonly loss: number;
  /** Share of training pictures classed rightly, in [0, 1]. */
  readonly accuracy: number;
  /** Cross-entropy on the validation pictures. */
  readonly valLoss: number;
  /** Accuracy on the validation pictures, in [0, 1]. */
  readonly valAccuracy: number;
  readonly learningRate: number;
}

/** The course of one training. */
export interface History {
  readonly epochs: readonly Epoch[];
  /** The epoch (from 1) whose weights are kept: the one with the lowest validation loss. */
  readonly bestEpoch: number;
}

import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';

export interface AdamWOptions {
  /** Share of a weight taken off in a step, times the rate. */
  readonly weightDecay: number;
  /** Which variables decay. */
  readonly decays: (variable: Variable) => boolean;
}

/** Adam with decoupled weight decay. Its owner disposes it. */
export interface AdamW {
  /** One step with this rate. `gradients` by the variables' names; left to the caller. */
  step(gradients: NamedTensorMap, rate: number): void;
  /** First, then second moments, in the order of the variables: what a checkpoint must keep, with the count of steps. */
  readonly moments: readonly Variable[];
  /** Steps taken; to be set when going on from a checkpoint. */
  steps: number;
  dispose(): void;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

/** AdamW (Loshchilov & Hutter 2019), step for step as keras.optimizers.AdamW with its defaults. */
export function adamW(
  tf: TensorFlow,
  variables: readonly Variable[],
  { weightDecay, decays }: AdamWOptions,
): AdamW {
  const zeros = () =>
    tf.tidy(() => variables.map((variable) => tf.variable(tf.zeros(variable.shape), false)));
  const [first, second] = [zeros(), zeros()];
  const blend = (old: Variable, now: Tensor, keep: number) =>
    old.assign(tf.add(old, tf.mul(tf.sub(now, old), 1 - keep)));
  return {
    moments: [...first, ...second],
    steps: 0,
    step(gradients, rate) {
      this.steps++;
      const alpha = (rate * Math.sqrt(1 - beta2 ** this.steps)) / (1 - beta1 ** this.steps);
      tf.tidy(() => {
        variables.forEach((variable, i) => {
          const gradient = gradients[variable.name]!;
          blend(first[i]!, gradient, beta1);
          blend(second[i]!, tf.square(gradient), beta2);
          const kept = decays(variable) ? tf.mul(variable, 1 - weightDecay * rate) : variable;
          const change = tf.div(tf.mul(first[i]!, alpha), tf.add(tf.sqrt(second[i]!), epsilon));
          variable.assign(tf.sub(kept, change));
        });
      });
    },
    dispose() {
      tf.dispose([...first, ...second]);
    },
  };
}

import type { LayersModel, layers, Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../compute/tensorflow';
import { type Plan, planInference, type Step } from './plan';

/** A network that only computes. */
export interface InferenceEngine {
  /** From the network's input to its output; both belong to the caller. */
  infer(batch: Tensor4D): Tensor4D;
  /** The same, a step at a time, so that others get their turn between; given up before its end it frees what it made. */
  inSteps(batch: Tensor4D): Generator<void, Tensor4D>;
  /** Layers of the network that are still called; the others may be disposed. */
  readonly called: ReadonlySet<layers.Layer>;
  /** Frees the engine's own numbers, not the network's. */
  dispose(): void;
}

/** For each step the values that nobody reads afterwards. */
function lastUses({ input, output, steps }: Plan): number[][] {
  const last = new Map<number, number>();
  steps.forEach(({ inputs, outputs }, i) => {
    for (const id of [...outputs, ...inputs]) last.set(id, i);
  });
  const free = [...last].filter(([id]) => id !== input && id !== output);
  return steps.map((_, i) => free.filter(([, step]) => step === i).map(([id]) => id));
}

/** A step's outputs; an input that a layer hands through becomes a tensor of its own, so that each is freed once. */
const compute = (tf: TensorFlow, step: Step, inputs: readonly Tensor[]): Tensor[] =>
  tf.tidy(() =>
    [step.compute(...inputs)].flat().map((tensor) => (inputs.includes(tensor) ? tf.clone(tensor) : tensor)),
  );

/**
 * A network with fixed weights, as they are now, in fused steps (see `planInference`); no value is kept longer than
 * until its last reader is done.
 * @param model with one input and one output; it may be disposed, but for the layers in `called`
 */
export function inferenceEngine(tf: TensorFlow, model: LayersModel): InferenceEngine {
  const plan = planInference(tf, model);
  const unread = lastUses(plan);
  function* inSteps(batch: Tensor4D): Generator<void, Tensor4D> {
    const values = new Map<number, Tensor>([[plan.input, batch]]);
    const free = (id: number) => {
      values.get(id)?.dispose();
      values.delete(id);
    };
    try {
      for (const [i, step] of plan.steps.entries()) {
        const outputs = compute(
          tf,
          step,
          step.inputs.map((id) => values.get(id)!),
        );
        for (const [k, id] of step.outputs.entries()) values.set(id, outputs[k]!);
        unread[i]!.forEach(free);
        yield;
      }
      const output = values.get(plan.output) as Tensor4D;
      values.delete(plan.output);
      return output;
    } finally {
      values.delete(plan.input);
      for (const id of [...values.keys()]) free(id);
    }
  }
  return {
    inSteps,
    infer(batch) {
      const steps = inSteps(batch);
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
      }
    },
    called: new Set(plan.steps.flatMap(({ calls }) => calls ?? [])),
    dispose() {
      for (const { weights } of plan.steps) tf.dispose([...weights]);
    },
  };
}

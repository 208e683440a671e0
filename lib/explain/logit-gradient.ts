import { applyDense, type Dense, type Head } from '../transfer/head';

/** What a layer passes back: for each of its inputs the sum over units of kernel · gradient. */
function throughDense({ inputs, units, kernel }: Dense, gradient: Float32Array): Float32Array {
  const back = new Float32Array(inputs);
  for (let i = 0; i < inputs; i++) {
    let sum = 0;
    for (let j = 0; j < units; j++) sum += kernel[i * units + j]! * gradient[j]!;
    back[i] = sum;
  }
  return back;
}

/**
 * How the logit of a class changes with each feature: its gradient, by the chain rule through the dense layers.
 * @param row features [dimension] of one picture
 * @param index of the class
 * @returns [dimension]
 */
export function logitGradient(head: Head, row: Float32Array, index: number): Float32Array {
  const outputs: Float32Array[] = [];
  head.layers.forEach((layer, i) => {
    const output = new Float32Array(layer.units);
    applyDense(layer, i ? outputs[i - 1]!.map((value) => Math.max(0, value)) : row, output);
    outputs.push(output);
  });
  let gradient = new Float32Array(head.layers.at(-1)!.units);
  gradient[index] = 1;
  for (let i = head.layers.length - 1; i >= 0; i--) {
    if (i < head.layers.length - 1) gradient = gradient.map((g, j) => (outputs[i]![j]! > 0 ? g : 0));
    gradient = throughDense(head.layers[i]!, gradient) as Float32Array<ArrayBuffer>;
  }
  return gradient;
}

// Answers questions of bench/forward-pass.mjs, a line of JSON each: seconds of forward passes on this process's back end.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const { describeBackend } = require('../dist/compute/describe-backend.js');
const { tensorflow } = require('../dist/compute/tensorflow.js');
const { loadFrozenBase } = require('../dist/networks/freeze.js');
const { loadBackbone } = require('../dist/networks/load-backbone.js');

const tf = await tensorflow();
let key = '';
let open;

/** The network ready to compute, warm; fused, or as TensorFlow.js runs its layers. */
async function opened({ network, batch, fused = true }) {
  if (key === `${network} ${batch} ${fused}`) return open;
  open?.dispose();
  key = '';
  const options = { name: network, weights: 'random' };
  const base = fused ? await loadFrozenBase(options) : undefined;
  const plain = fused ? undefined : await loadBackbone(options);
  const { inputSize } = base ?? plain;
  const pictures = tf.randomUniform([batch, inputSize, inputSize, 3], -1, 1, 'float32', 1);
  open = {
    pass: () => (base ? base.infer(pictures) : plain.model.predict(pictures)),
    dispose: () => [pictures, base ?? plain.model].map((thing) => thing.dispose()),
  };
  key = `${network} ${batch} ${fused}`;
  await timed(open, 2);
  return open;
}

async function timed({ pass }, passes) {
  const begun = performance.now();
  let shape;
  for (let i = 0; i < passes; i++) {
    const output = pass();
    await output.data();
    shape = output.shape;
    output.dispose();
  }
  return { seconds: (performance.now() - begun) / 1000 / passes, shape };
}

/** Floating-point operations a second of a product of square matrices, as large as those of a network's largest layers. */
async function matrixProduct(side) {
  const [a, b] = [1, 2].map((seed) => tf.randomUniform([side, side], -1, 1, 'float32', seed));
  const { seconds } = await timed({ pass: () => tf.matMul(a, b) }, 1);
  tf.dispose([a, b]);
  return { perSecond: (2 * side ** 3) / seconds };
}

/** Multiplications and additions of a network's convolutions for one picture. */
async function operations(network) {
  const { model } = await loadBackbone({ name: network, weights: 'random' });
  const counts = model.layers.map((layer) => {
    const [kernel] = layer.weights;
    const [, height, width] = layer.outputShape;
    return layer.getClassName() === 'Conv2D' ? 2 * kernel.shape.reduce((a, b) => a * b) * height * width : 0;
  });
  model.dispose();
  return { operations: counts.reduce((a, b) => a + b) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answer =
    question.kind === 'matrix product'
      ? await matrixProduct(question.side)
      : question.kind === 'operations'
        ? await operations(question.network)
        : await timed(await opened(question), question.passes);
  console.log(JSON.stringify({ ...answer, ...(await describeBackend()) }));
}

import type { LayersModel, layers, SymbolicTensor, Tensor, Tensor4D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { oneDnn } from '../../../lib/compute/one-dnn';
import { type TensorFlow, tensorflow } from '../../../lib/compute/tensorflow';
import { type Random, seededRandom } from '../../../lib/core/random';
import { cutAt, cutPoints, layersUpTo } from '../../../lib/networks/cut';
import { freeLayer } from '../../../lib/networks/free-layer';
import { inferenceEngine } from '../../../lib/networks/inference/engine';
import { planInference } from '../../../lib/networks/inference/plan';
import { type BackboneName, backboneNames } from '../../../lib/networks/names';
import { setRandomWeights } from '../../../lib/networks/random-weights';
import { networks } from '../../../lib/networks/table';
import { fillWeights } from '../../transfer/tiny-backbone';
import { oddNetwork } from './odd-network';

type Layer = layers.Layer;

let tf: TensorFlow;
let tensors: number;
beforeAll(async () => {
  tf = await tensorflow();
  oneDnn(tf);
});
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

function pictures(count: number, size: number, random: Random): Tensor4D {
  const values = Float32Array.from({ length: count * size * size * 3 }, () => random.between(-1, 1));
  return tf.tensor4d(values, [count, size, size, 3]);
}

/** Largest difference between engine and network, relative to the network's largest number. */
function difference(model: LayersModel, batch: Tensor4D): number {
  const engine = inferenceEngine(tf, model);
  const before = tf.memory().numTensors;
  const found = engine.infer(batch);
  expect(tf.memory().numTensors).toBe(before + 1);
  const off = tf.tidy(() => {
    const expected = model.predict(batch) as Tensor;
    expect(found.shape).toEqual(expected.shape);
    const largest = expected.abs().max();
    expect(largest.dataSync()[0]).toBeGreaterThan(0);
    return found.sub(expected).abs().max().div(largest).dataSync()[0]!;
  });
  found.dispose();
  engine.dispose();
  return off;
}

describe.each(backboneNames)('%s', (name) => {
  const row = networks[name];
  let model: LayersModel;
  beforeAll(() => {
    // Small pictures: what is fused does not depend on their size.
    const network = row.build(tf, 64);
    setRandomWeights(tf, network, layersUpTo(network, row.cut), 3, row.preprocessing);
    const random = seededRandom(name);
    tf.tidy(() => {
      for (const layer of network.layers.filter((each) => each.getClassName() === 'BatchNormalization')) {
        const changed = layer.getWeights().map((weight) =>
          tf.add(
            weight,
            Array.from({ length: weight.size }, () => random.between(0, 0.3)),
          ),
        );
        layer.setWeights(changed);
      }
    });
    model = cutAt(tf, network, row.cut);
    return () => model.dispose();
  });

  test('computes what its network of layers computes', () => {
    const batch = pictures(2, 64, seededRandom(1));
    const off = difference(model, batch);
    batch.dispose();
    expect(off).toBeLessThan(1e-5);
  });

  test('has every layer in a step, and no step for what is fused', () => {
    const { steps } = planInference(tf, model);
    for (const { weights } of steps) tf.dispose([...weights]);
    const done = steps.flatMap(({ layers }) => layers);
    const all = model.layers.map((layer) => layer.name).filter((layer) => layer !== 'input_1');
    expect([...done].sort()).toEqual([...all].sort());
    const kinds = new Set(steps.flatMap(({ calls }) => calls?.getClassName() ?? []));
    const expected: Record<BackboneName, [steps: number, called: string[]]> = {
      vgg16: [18, ['MaxPooling2D']],
      vgg19: [21, ['MaxPooling2D']],
      resnet50: [55, ['ZeroPadding2D', 'MaxPooling2D']],
      resnet50v2: [75, ['ZeroPadding2D', 'MaxPooling2D']],
      mobilenet: [25, []],
      fractal: [8, ['MaxPooling2D']],
      pixels: [5, ['AveragePooling1D', 'AveragePooling2D', 'Permute', 'Reshape']],
    };
    const [count, called] = expected[name];
    expect(steps).toHaveLength(count);
    expect([...kinds].sort()).toEqual(called.sort());
  });
});

describe('an odd network', () => {
  const cuts = (): string[] => {
    const network = oddNetwork(tf);
    // The first output of a network within is its own, not what it gives here.
    const names = cutPoints(network).filter((name) => name !== 'inner');
    network.layers.forEach(freeLayer);
    return names;
  };

  test('cut at any layer computes what its layers compute', async () => {
    for (const cut of cuts()) {
      const network = oddNetwork(tf);
      await fillWeights(network, 5);
      const model = cutAt(tf, network, cut);
      const batch = pictures(2, 16, seededRandom(cut));
      expect(difference(model, batch), cut).toBeLessThan(1e-5);
      batch.dispose();
      model.layers.forEach(freeLayer);
    }
  });

  test('its steps: what may be fused is, what may not is not', () => {
    const model = oddNetwork(tf);
    const { steps } = planInference(tf, model);
    for (const { weights } of steps) tf.dispose([...weights]);
    model.layers.forEach(freeLayer);
    const fused = steps.filter(({ calls }) => !calls).map(({ layers }) => layers.join(' '));
    expect(fused).toEqual([
      'shared_pad stem_conv stem_norm stem_norm_2',
      'twice_conv',
      'left_norm left_relu',
      'sum_a',
      'sum_b sum_two sum_relu6',
      'sum_c',
      'broadcast_conv',
      'own_relu',
      'deep_pad deep_conv deep_norm deep_relu',
      'same_conv',
      'again_conv',
      'again_conv again_norm',
      'end_deep',
      'end_conv',
    ]);
    const called = steps.flatMap(({ calls }) => calls?.name ?? []);
    expect(called).toEqual(
      expect.arrayContaining(['shared_pad', 'same_pad', 'sum_broadcast', 'late_norm', 'dropout', 'inner']),
    );
    expect(called).not.toContain('deep_pad');
  });
});

/** A network of some of the layers that can be fused, each on values drawn from all that are there; and all its layers. */
function randomNetwork(seed: number): { model: LayersModel; all: Layer[] } {
  const random = seededRandom(`network ${seed}`);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random.between(0, choices.length))]!;
  const input = tf.input({ shape: [6, 6, 3] });
  const all: Layer[] = [];
  const on = (layer: Layer, ...inputs: SymbolicTensor[]) => {
    all.push(layer);
    return layer.apply(inputs.length > 1 ? inputs : inputs[0]!) as SymbolicTensor;
  };
  const { layers } = tf;
  const pointwise = () => on(layers.conv2d({ filters: 4, kernelSize: 1 }), input);
  const values = [pointwise(), pointwise()];
  /** One of the last values more often than one of the first; not `but`, for TensorFlow.js fails at some sums with itself. */
  const recent = (but?: SymbolicTensor) => {
    const others = values.filter((value) => value !== but);
    return others[Math.floor(others.length * random.between(0, 1) ** 0.3)] ?? others[0]!;
  };
  const same = { filters: 4, kernelSize: 3, padding: 'same' } as const;
  const padding: [[number, number], [number, number]] = [
    [1, 1],
    [2, 0],
  ];
  for (let i = 0; i < 14; i++) {
    const x = recent();
    const own = pick(['linear', 'linear', 'relu', 'relu6'] as const);
    const activation = pick(['relu', 'relu6', 'linear', 'tanh'] as const);
    const makers: (() => SymbolicTensor)[] = [
      () => on(layers.conv2d({ ...same, activation: own }), x),
      () =>
        on(
          layers.conv2d({ filters: 4, kernelSize: 3, useBias: false }),
          on(layers.zeroPadding2d({ padding }), x),
        ),
      () => on(layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: own }), x),
      () => on(layers.batchNormalization(), x),
      () => on(layers.batchNormalization({ center: false }), x),
      () => on(layers.activation({ activation }), x),
      () => on(layers.add(), x, recent(x)),
      () => on(layers.dropout({ rate: 0.3 }), x),
    ];
    values.push(pick(makers)());
  }
  return { model: tf.model({ inputs: input, outputs: values.at(-1)! }), all };
}

test('random networks compute what their layers compute', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const { model, all } = randomNetwork(seed);
      await fillWeights(model, seed);
      const batch = pictures(2, 6, seededRandom(seed));
      try {
        expect(difference(model, batch)).toBeLessThan(1e-4);
      } finally {
        batch.dispose();
        all.forEach(freeLayer);
      }
    }),
    { numRuns: 60 },
  );
});

describe('memory', () => {
  /** The identity; notes how many tensors there are when it is called, or throws. */
  function witness(name: string, seen: () => void) {
    class Witness extends tf.layers.Layer {
      static className = 'Witness';
      override computeOutputShape(shape: number[]) {
        return shape;
      }
      override call(inputs: Tensor | Tensor[]) {
        seen();
        return [inputs].flat()[0]!;
      }
    }
    return new Witness({ name });
  }

  /** Convolutions with a witness after each. */
  function chain(length: number, seen: () => void): LayersModel {
    const input = tf.input({ shape: [8, 8, 3] });
    let x = input;
    for (let i = 0; i < length; i++) {
      x = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(x) as SymbolicTensor;
      x = witness(`witness_${i}`, seen).apply(x) as SymbolicTensor;
    }
    return tf.model({ inputs: input, outputs: x });
  }

  test('no value is kept after its last reader', () => {
    const counts: number[] = [];
    let counting = false;
    const model = chain(8, () => counting && counts.push(tf.memory().numTensors));
    const engine = inferenceEngine(tf, model);
    const batch = pictures(1, 8, seededRandom(1));
    counting = true;
    engine.infer(batch).dispose();
    expect(counts).toHaveLength(8);
    expect(new Set(counts).size).toBe(1);
    engine.dispose();
    batch.dispose();
    model.dispose();
  });

  test('a layer that fails leaves nothing behind, and the batch whole', () => {
    let calls = 0;
    let failing = false;
    const model = chain(4, () => {
      if (failing && ++calls === 3) throw new Error('the third');
    });
    const engine = inferenceEngine(tf, model);
    const batch = pictures(1, 8, seededRandom(1));
    failing = true;
    const before = tf.memory().numTensors;
    expect(() => engine.infer(batch)).toThrow('the third');
    expect(tf.memory().numTensors).toBe(before);
    failing = false;
    engine.infer(batch).dispose();
    engine.dispose();
    batch.dispose();
    model.dispose();
  });

  test('step by step it gives the same, and given up on the way it leaves nothing behind', () => {
    const model = chain(4, () => undefined);
    const engine = inferenceEngine(tf, model);
    const batch = pictures(1, 8, seededRandom(1));
    const before = tf.memory().numTensors;
    const steps = engine.inSteps(batch);
    let taken = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) taken++;
    expect(taken).toBeGreaterThan(4);
    const whole = engine.infer(batch);
    expect(step.value.dataSync()).toEqual(whole.dataSync());
    tf.dispose([step.value, whole]);
    const given = engine.inSteps(batch);
    for (let i = 0; i < 3; i++) given.next();
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    given.return(undefined as never);
    expect(tf.memory().numTensors).toBe(before);
    engine.dispose();
    batch.dispose();
    model.dispose();
  });

  test('numbers that are not changed by folding are held once', () => {
    const model = networks.vgg16.build(tf, 32);
    const before = tf.memory();
    const engine = inferenceEngine(tf, model);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    engine.dispose();
    model.dispose();
  });
});

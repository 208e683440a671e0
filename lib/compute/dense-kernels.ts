import {
  advance,
  assemble,
  type Code,
  f32,
  f32x4,
  get,
  i32,
  repeat,
  set,
  type WasmFunction,
} from './wasm-code';

/** Numbers a block: rows are padded with zeros to a multiple of it. */
export const blockLength = 16;
const blockBytes = 4 * blockLength;
const vectors = [0, 16, 32, 48];

/** out[b, u] = bias[u] + Σ x[b, i] · kernel[u, i]. */
function forwardFunction(): WasmFunction {
  const [x, kernel, bias, out, batch, inputBytes, unitBytes, outStride] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [b, u, i, row, sum0, sum1, sum2, sum3] = [8, 9, 10, 11, 12, 13, 14, 15];
  const sums = [sum0!, sum1!, sum2!, sum3!];
  const addBlock = sums.flatMap((sum, s) =>
    set(
      sum,
      f32x4.add(
        get(sum),
        f32x4.mul(
          f32x4.load(i32.add(get(x!), get(i!)), vectors[s]),
          f32x4.load(i32.add(get(row!), get(i!)), vectors[s]),
        ),
      ),
    ),
  );
  const total = f32x4.add(f32x4.add(get(sum0!), get(sum1!)), f32x4.add(get(sum2!), get(sum3!)));
  const lanes = [0, 1, 2, 3].map((lane) => f32x4.lane(get(sum0!), lane));
  const unit: Code = [
    ...sums.flatMap((sum) => set(sum, f32x4.splat(f32.const(0)))),
    ...repeat(i!, blockBytes, get(inputBytes!), addBlock),
    ...set(sum0!, total),
    ...f32.store(
      i32.add(get(out!), get(u!)),
      f32.add(
        f32.load(i32.add(get(bias!), get(u!))),
        f32.add(f32.add(lanes[0]!, lanes[1]!), f32.add(lanes[2]!, lanes[3]!)),
      ),
    ),
    ...advance(row!, get(inputBytes!)),
  ];
  return {
    name: 'forward',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'v128', 'v128', 'v128', 'v128'],
    body: repeat(b!, 1, get(batch!), [
      ...set(row!, get(kernel!)),
      ...repeat(u!, 4, get(unitBytes!), unit),
      ...advance(x!, get(inputBytes!)),
      ...advance(out!, get(outStride!)),
    ]),
  };
}

/**
 * g[u, i] = twiceL2 · kernel[u, i] + Σ gradient[b, u] · x[b, i], then Adam's step for kernel, mean and variance with
 * Keras' defaults (Kingma and Ba 2015; keras/src/optimizers/adam.py). The gradient never lies in memory.
 */
function stepFunction(): WasmFunction {
  const [x, gradient, kernel, mean, variance, batch, inputBytes, unitBytes, gradientStride] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ];
  const [rate, twiceL2] = [9, 10];
  const [b, u, i, xAt, gradientAt, share, m, v, g0, g1, g2, g3] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
  ];
  const gs = [g0!, g1!, g2!, g3!];
  const place = (array: number): Code => i32.add(get(array), get(i!));
  const splat = (value: number): Code => f32x4.splat(f32.const(value));
  /** old + share · (goal − old) */
  const moved = (old: Code, by: number, goal: Code): Code =>
    f32x4.add(old, f32x4.mul(splat(by), f32x4.sub(goal, old)));
  const addPicture: Code = [
    ...set(share!, f32x4.loadSplat(get(gradientAt!))),
    ...gs.flatMap((g, s) =>
      set(g, f32x4.add(get(g), f32x4.mul(get(share!), f32x4.load(get(xAt!), vectors[s])))),
    ),
    ...advance(xAt!, get(inputBytes!)),
    ...advance(gradientAt!, get(gradientStride!)),
  ];
  const adam = gs.flatMap((g, s): Code => {
    const offset = vectors[s];
    const update = f32x4.div(
      f32x4.mul(f32x4.splat(get(rate!)), get(m!)),
      f32x4.add(f32x4.sqrt(get(v!)), splat(1e-7)),
    );
    return [
      ...set(m!, moved(f32x4.load(place(mean!), offset), 0.1, get(g))),
      ...set(v!, moved(f32x4.load(place(variance!), offset), 0.001, f32x4.mul(get(g), get(g)))),
      ...f32x4.store(place(mean!), get(m!), offset),
      ...f32x4.store(place(variance!), get(v!), offset),
      ...f32x4.store(place(kernel!), f32x4.sub(f32x4.load(place(kernel!), offset), update), offset),
    ];
  });
  const block: Code = [
    ...gs.flatMap((g, s) =>
      set(g, f32x4.mul(f32x4.splat(get(twiceL2!)), f32x4.load(place(kernel!), vectors[s]))),
    ),
    ...set(xAt!, place(x!)),
    ...set(gradientAt!, i32.add(get(gradient!), get(u!))),
    ...repeat(b!, 1, get(batch!), addPicture),
    ...adam,
  ];
  return {
    name: 'step',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f32', 'f32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'v128', 'v128', 'v128', 'v128', 'v128', 'v128', 'v128'],
    body: repeat(u!, 4, get(unitBytes!), [
      ...repeat(i!, blockBytes, get(inputBytes!), block),
      ...[kernel!, mean!, variance!].flatMap((array) => advance(array, get(inputBytes!))),
    ]),
  };
}

/** Numbers in the kernels' memory: where they begin, bytes, and a view of them. */
export interface Numbers {
  readonly pointer: number;
  readonly values: Float32Array;
}

/** A dense layer with Adam's state; rows of `kernel`, [units, padded inputs], are padded with zeros. */
export interface DenseNumbers {
  readonly inputs: number;
  readonly units: number;
  readonly kernel: Numbers;
  readonly bias: Numbers;
  readonly mean: Numbers;
  readonly variance: Numbers;
}

/** Dense layers over a memory of their own, float32, four numbers an instruction. */
export interface DenseKernels {
  /** Zeros; all of them together no more than was asked for. */
  allocate(length: number): Numbers;
  /** x [count, padded inputs] → out [count, padded units]. */
  forward(layer: DenseNumbers, x: Numbers, out: Numbers, count: number): void;
  /**
   * Adam's step of the kernel, not of the bias, for the gradient [count, padded units] of what `forward` gave for x.
   * @param rate of this step, corrected for the bias of Adam's means
   */
  step(layer: DenseNumbers, x: Numbers, gradient: Numbers, count: number, rate: number, l2: number): void;
}

/** The length to which a row of so many numbers is padded. */
export const padded = (length: number): number => Math.ceil(length / blockLength) * blockLength;

/** No type of the language's own library: what is used of WebAssembly here. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: { host: { memory: object } },
  ) => { readonly exports: Record<'forward' | 'step', (...numbers: number[]) => void> };
};

let compiled: object | undefined;

/**
 * @param length how many numbers will be allocated, each allocation padded
 */
export function denseKernels(length: number): DenseKernels {
  compiled ??= new WebAssembly.Module(assemble([forwardFunction(), stepFunction()]));
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * length) / 65_536) });
  const { forward, step } = new WebAssembly.Instance(compiled, { host: { memory } }).exports;
  let end = 0;
  return {
    allocate(count) {
      const pointer = end;
      end += 4 * padded(count);
      return { pointer, values: new Float32Array(memory.buffer, pointer, count) };
    },
    forward: ({ inputs, units, kernel, bias }, x, out, count) =>
      forward(
        ...[x, kernel, bias, out].map(({ pointer }) => pointer),
        count,
        4 * padded(inputs),
        4 * units,
        4 * padded(units),
      ),
    step: ({ inputs, units, kernel, mean, variance }, x, gradient, count, rate, l2) =>
      step(
        ...[x, gradient, kernel, mean, variance].map(({ pointer }) => pointer),
        count,
        4 * padded(inputs),
        4 * units,
        4 * padded(units),
        rate,
        2 * l2,
      ),
  };
}

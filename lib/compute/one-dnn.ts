import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Convolution, Normalization } from './convolution';
import { hasAvx512 } from './processor';
import type { TensorFlow } from './tensorflow';

/** An attribute of an operation, as tfjs-node's addon takes it. */
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs-node's back end offers beyond the interface of TensorFlow.js. */
interface NativeBackend {
  readonly binding?: Readonly<
    Record<
      'TF_ATTR_STRING' | 'TF_ATTR_INT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_BOOL' | 'TF_ATTR_TYPE' | 'TF_FLOAT',
      number
    >
  >;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

/** Operations that native TensorFlow does in one pass over memory; TensorFlow.js has them too, but as two to four. */
export interface OneDnn {
  /** Convolution with a bias, then `residual` added if given, then the activation. Not for every case: see `canConvolve`. */
  convolve(x: Tensor4D, convolution: Convolution, residual?: Tensor4D): Tensor4D;
  /** Batch normalisation with fixed statistics, then relu. */
  normalize(x: Tensor4D, normalization: Normalization): Tensor4D;
}

/** Whether oneDNN has a fused operation for this convolution. @param sum whether something is added to its output */
export const canConvolve = ({ depthwise, filter, padding, dilations }: Convolution, sum: boolean): boolean =>
  !depthwise ||
  (!sum &&
    typeof padding === 'string' &&
    filter.shape[3] === 1 &&
    dilations.every((dilation) => dilation === 1));

const activationOps = { linear: [], relu: ['Relu'], relu6: ['Relu6'] } as const;

/**
 * Whether TensorFlow's own convolution, a product of matrices, is faster than oneDNN's here. Without AVX-512 oneDNN
 * takes for 3 × 3 filters from 256 channels to 256 or more a kernel that reaches half to four fifths of its speed
 * (AMD EPYC, AVX2, oneDNN 3.7: `jit:avx2` against `brg_conv`); all other shapes are faster in oneDNN.
 */
const isFasterAsProduct = ({ filter: { shape }, depthwise }: Convolution): boolean =>
  !hasAvx512() && !depthwise && shape[0] === 3 && shape[1] === 3 && shape[2] >= 256 && shape[3] >= 256;

/** The label of the kernels that are found by name, without TensorFlow's graph having put them there. */
const kernelLabel = 'MklNameChangeOp';

function operations(backend: NativeBackend, binding: NonNullable<NativeBackend['binding']>): OneDnn {
  const text = (name: string, value: string | readonly string[]) => ({
    name,
    type: binding.TF_ATTR_STRING,
    value,
  });
  const whole = (name: string, value: number | readonly number[]) => ({
    name,
    type: binding.TF_ATTR_INT,
    value,
  });
  const truth = (name: string, value: boolean) => ({ name, type: binding.TF_ATTR_BOOL, value });
  const float32 = (name: string, count?: number) => ({
    name,
    type: binding.TF_ATTR_TYPE,
    value: count === undefined ? binding.TF_FLOAT : new Array(count).fill(binding.TF_FLOAT),
  });
  const common = [float32('T'), text('data_format', 'NHWC')];
  const labelled = text('_kernel', kernelLabel);
  return {
    convolve(x, convolution, residual) {
      const { filter, bias, depthwise, strides, dilations, padding, activation } = convolution;
      const product = !residual && isFasterAsProduct(convolution);
      const added = residual ? [bias, residual] : [bias];
      const attributes = [
        ...common,
        ...(product ? [] : [labelled]),
        whole('strides', [1, ...strides, 1]),
        whole('dilations', [1, ...dilations, 1]),
        text('padding', typeof padding === 'string' ? padding.toUpperCase() : 'EXPLICIT'),
        ...(typeof padding === 'string' ? [] : [whole('explicit_paddings', [0, 0, ...padding.flat(), 0, 0])]),
        text('fused_ops', ['BiasAdd', ...(residual ? ['Add'] : []), ...activationOps[activation]]),
        whole('num_args', added.length),
        ...(depthwise ? [] : [float32('TArgs', added.length)]),
      ];
      const native = depthwise ? '_MklNativeFusedDepthwiseConv2dNative' : '_MklNativeFusedConv2D';
      const name = product ? '_FusedConv2D' : native;
      return backend.executeSingleOutput(name, attributes, [x, filter, ...added]) as Tensor4D;
    },
    normalize(x, { gamma, beta, mean, variance, epsilon }) {
      const attributes = [
        ...common,
        labelled,
        float32('U'),
        { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
        whole('num_side_inputs', 0),
        text('activation_mode', 'Relu'),
        truth('is_training', false),
      ];
      const [normalized, ...statistics] = backend.executeMultipleOutputs(
        '_MklNativeFusedBatchNormEx',
        attributes,
        [x, gamma, beta, mean, variance],
        6,
      );
      for (const tensor of statistics) tensor.dispose();
      return normalized as Tensor4D;
    },
  };
}

/**
 * Whether the operations work: they need the addon with lists of texts as attributes (scripts/setup/addon-source.mjs)
 * and a TensorFlow that has oneDNN.
 */
function work(tf: TensorFlow, { convolve, normalize }: OneDnn): boolean {
  try {
    return tf.tidy(() => {
      const one = tf.tensor1d([1]);
      const x = tf.tensor4d([1], [1, 1, 1, 1]);
      const convolution = {
        filter: x,
        bias: tf.tensor1d([-3]),
        depthwise: false,
        strides: [1, 1],
        dilations: [1, 1],
        padding: 'valid',
        activation: 'relu',
      } as const;
      // 1 · 1 − 3 + 1, and (1 − 1) / √1 + 1.
      const convolved = [convolve(x, convolution, x), convolve(x, { ...convolution, bias: one }, x)];
      const normalized = normalize(x, { gamma: one, beta: one, mean: one, variance: one, epsilon: 0 });
      const values = [...convolved, normalized].map((tensor) => tensor.dataSync()[0]);
      return values[0] === 0 && values[1] === 3 && values[2] === 1;
    });
  } catch {
    return false;
  }
}

const known = new WeakMap<object, OneDnn | null>();

/** oneDNN's fused operations, where the back end in use has them: TensorFlow on the CPU. Tried once. */
export function oneDnn(tf: TensorFlow): OneDnn | undefined {
  const backend = tf.backend() as unknown as NativeBackend;
  let found = known.get(backend);
  if (found === undefined) {
    const here = backend.binding && !backend.isUsingGpuDevice && operations(backend, backend.binding);
    found = here && work(tf, here) ? here : null;
    known.set(backend, found);
  }
  return found ?? undefined;
}

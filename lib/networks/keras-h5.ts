import type { TensorFlow } from '../compute/tensorflow';
import { InputError } from '../core/check';
import { type H5File, type H5Metadata, openH5 } from './h5';
import type { StoredArray, StoredLayer, StoredWeights } from './stored-weights';

/** Keras cuts lists of names that HDF5's headers cannot hold into layer_names0, layer_names1 … */
function names(h5: H5File, group: string, attribute: string): string[] | undefined {
  const whole = h5.texts(group, attribute);
  if (whole) return whole;
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = h5.texts(group, `${attribute}${i}`);
    if (!part) return i ? parts : undefined;
    parts.push(...part);
  }
}

const join = (...parts: readonly string[]): string => parts.join('/').replace(/\/+/g, '/');

/** Numbers of any width as float32. */
function readArray(tf: TensorFlow, h5: H5File, dataset: string, { shape, size }: H5Metadata) {
  const bytes = h5.bytes(dataset);
  if (size === 2) {
    const quantization = { dtype: 'float16' as const };
    const decoded = tf.io.decodeWeights(bytes.buffer, [
      { name: dataset, shape: [...shape!], dtype: 'float32', quantization },
    ]);
    return decoded[dataset]!;
  }
  const numbers =
    size === 4 ? new Float32Array(bytes.buffer) : Float32Array.from(new Float64Array(bytes.buffer));
  return tf.tensor(numbers, [...shape!], 'float32');
}

function storedArray(tf: TensorFlow, h5: H5File, file: string, group: string, name: string): StoredArray {
  const dataset = join(group, name);
  const metadata = h5.metadata(dataset);
  if (!metadata?.shape) throw new InputError(`${file} lists ${dataset} but does not hold it; fetch it again`);
  if (metadata.type !== 1 || ![2, 4, 8].includes(metadata.size))
    throw new InputError(`${file} holds ${dataset} as something else than floats of 16, 32 or 64 bits`);
  return { name, shape: metadata.shape, read: () => readArray(tf, h5, dataset, metadata) };
}

function storedLayers(tf: TensorFlow, h5: H5File, file: string): StoredLayer[] {
  const root = ['/', '/model_weights'].find((group) => names(h5, group, 'layer_names'));
  if (!root)
    throw new InputError(
      `${file} has no attribute layer_names, so it is not in Keras' legacy layout; ` +
        'take the file from keras-applications, or save it with the name NAME.h5 from Keras 2',
    );
  const layers = names(h5, root, 'layer_names')!.map((name): StoredLayer => {
    const group = join(root, name);
    const weights = names(h5, group, 'weight_names');
    if (!weights) throw new InputError(`${file} lists layer ${name} but does not hold it; fetch it again`);
    return { name, arrays: weights.map((weight) => storedArray(tf, h5, file, group, weight)) };
  });
  return layers.filter(({ arrays }) => arrays.length);
}

/**
 * Opens a file of weights in Keras' legacy layout: groups named by the attributes `layer_names` and, in each,
 * `weight_names`, whose order is the layer's (keras/src/legacy/saving/legacy_h5_format.py). The official files'
 * own names differ between networks, so nothing is read by literal name.
 * Floats of 16, 32 and 64 bits; read one array at a time. Close it.
 * @throws InputError if the file is absent, of another kind or layout, or lists what it does not hold
 */
export async function openKerasH5(tf: TensorFlow, file: string): Promise<StoredWeights> {
  const h5 = await openH5(file);
  try {
    return { file, layers: storedLayers(tf, h5, file), close: h5.close };
  } catch (error) {
    h5.close();
    throw error;
  }
}

// Loads TensorFlow and lets it add, in a process of its own: a missing symbol or processor feature kills a process.
const { existsSync } = require('node:fs');
const util = require('node:util');
// tfjs-node 4.22 calls two functions that Node 23 removed.
util.isNullOrUndefined ??= (value) => value == null;
util.isArray ??= Array.isArray;
const tf = require('@tensorflow/tfjs-node-gpu');
const { binding, isUsingGpuDevice } = tf.backend();
const sum = tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4])).dataSync();
if (sum[0] !== 4 || sum[1] !== 6) throw new Error(`TensorFlow adds wrongly: 1 + 3 = ${sum[0]}`);

/** Why TensorFlow, made for GPUs, uses none. */
function whyNoGpu() {
  if (['', '-1'].includes(process.env.CUDA_VISIBLE_DEVICES)) return 'CUDA_VISIBLE_DEVICES hides all GPUs';
  // The second is Windows' driver in its subsystem for Linux.
  const hasDriver = ['/proc/driver/nvidia/version', '/dev/dxg'].some((file) => existsSync(file));
  if (!hasDriver) return 'this machine has no NVIDIA driver';
  return 'an NVIDIA driver is here, but TensorFlow could not use its GPU; `TF_CPP_MIN_LOG_LEVEL=0 npx xray-transfer doctor` shows what it says';
}

const found = { tensorflow: binding.TF_Version, gpu: isUsingGpuDevice };
process.stdout.write(JSON.stringify(isUsingGpuDevice ? found : { ...found, whyNoGpu: whyNoGpu() }));

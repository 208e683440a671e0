import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDist } from '../commands/dist';
import { tinyCut, tinySize, writeTinyBackbone } from '../transfer/tiny-backbone';

/** Vulkan on the processor: SwiftShader, which comes with Chromium, or what VK_ICD_FILENAMES names. */
const chromium = '/usr/lib/chromium';
const icd = process.env.VK_ICD_FILENAMES ?? path.join(chromium, 'vk_swiftshader_icd.json');
const hasIcd = process.platform === 'linux' && existsSync(icd);
if (!hasIcd)
  console.warn(
    `WebGPU is not tested: there is no Vulkan adapter (${icd}); Debian and Ubuntu have one in the package chromium`,
  );

describe.skipIf(!hasIcd)('WebGPU by Dawn on an emulated adapter', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-webgpu-'));
  let webgpu: Computed;
  let cpu: Computed;
  beforeAll(async () => {
    await freshDist();
    await writeTinyBackbone(folder);
    webgpu = await inProcess<Computed>(features, { XRAY_BACKEND: 'webgpu' });
    cpu = await inProcess<Computed>(features, { XRAY_BACKEND: 'cpu' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script in a process of its own, whose crash harms nobody; the JSON that it prints. */
  async function inProcess<T>(script: string, environment: NodeJS.ProcessEnv): Promise<T> {
    const dist = path.join(__dirname, '..', '..', 'dist');
    const source = `const dist = (name) => require(${JSON.stringify(dist)} + '/' + name + '.js');
      (async () => { console.log(JSON.stringify(await (async () => { ${script} })())); process.exit(0); })();`;
    const env = {
      ...process.env,
      VK_ICD_FILENAMES: icd,
      // The loader of Vulkan, where the system has none.
      LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, chromium].filter(Boolean).join(':'),
      ...environment,
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', source], { env, timeout: 240_000 });
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  }

  const features = `
    const tf = await dist('compute/tensorflow').tensorflow();
    const base = await dist('networks/freeze').loadFrozenBase(${JSON.stringify({ name: folder, cut: tinyCut })});
    const numbers = Float32Array.from({ length: 2 * ${tinySize} * ${tinySize} * 3 }, (_, i) => Math.sin(i * i));
    const map = base.infer(tf.tensor4d(numbers, [2, ${tinySize}, ${tinySize}, 3]));
    const backend = await dist('compute/describe-backend').describeBackend();
    return { ...backend, shape: map.shape, features: Array.from(await map.data()) };`;
  interface Computed {
    backend: string;
    gpu: string | null;
    reason: string;
    shape: number[];
    features: number[];
  }

  test('gives the features that plain JavaScript gives, within a thousandth', () => {
    expect(cpu.backend).toBe('cpu');
    expect(webgpu.backend).toBe('webgpu');
    expect(webgpu.shape).toEqual(cpu.shape);
    const largest = Math.max(...cpu.features.map(Math.abs));
    expect(largest).toBeGreaterThan(0.1);
    const off = Math.max(...cpu.features.map((value, i) => Math.abs(value - webgpu.features[i]!)));
    expect(off / largest).toBeLessThan(1e-3);
  });

  test('says that the adapter is emulated, and is not chosen unless asked for', async () => {
    expect(webgpu.gpu).toBeNull();
    expect(webgpu.reason).toMatch(/asked for by XRAY_BACKEND; the adapter \(.*SwiftShader.*\) is emulated/);
    const refused = await inProcess<string>(
      `const tf = require('@tensorflow/tfjs');
       return dist('compute/webgpu').openWebGpu(tf, false).then(() => 'taken', (error) => error.message);`,
      { NODE_PATH: path.join(__dirname, '..', '..', 'node_modules') },
    );
    expect(refused).toMatch(/SwiftShader.*emulated by the processor, slower than WebAssembly/);
  });
});

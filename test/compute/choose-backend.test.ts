import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseBackend, type WorkingBackend } from '../../lib/compute/choose-backend';
import { gpuRemark, nvidiaGpu } from '../../lib/compute/nvidia-gpu';
import { adapterProblem } from '../../lib/compute/webgpu';
import { InputError } from '../../lib/core/check';
import type { BackendName } from '../../lib/core/settings';

describe('chooseBackend', () => {
  const works = async (): Promise<WorkingBackend> => ({});
  const fails = (why: string) => async (): Promise<WorkingBackend> => {
    throw new Error(why);
  };
  const all = { tensorflow: works, webgpu: works, wasm: works, cpu: works };

  test('takes the fastest, and tries no other', async () => {
    const webgpu = vi.fn(works);
    const chosen = await chooseBackend({ ...all, webgpu });
    expect(chosen).toMatchObject({ backend: 'tensorflow', reason: 'the fastest back end works' });
    expect(webgpu).not.toHaveBeenCalled();
  });

  test.each<[string, Partial<typeof all>, BackendName, string]>([
    ['webgpu before wasm', { tensorflow: fails('no addon') }, 'webgpu', 'no tensorflow: no addon'],
    [
      'wasm where webgpu is no help',
      { tensorflow: fails('no addon'), webgpu: fails('emulated') },
      'wasm',
      'no tensorflow: no addon; no webgpu: emulated',
    ],
    [
      'cpu at last',
      { tensorflow: fails('a'), webgpu: fails('b'), wasm: fails('c') },
      'cpu',
      'no tensorflow: a; no webgpu: b; no wasm: c',
    ],
  ])('%s', async (_, some, backend, reason) => {
    expect(await chooseBackend({ ...all, ...some })).toMatchObject({ backend, reason });
  });

  test('one asked for is taken, or fails: no other is', async () => {
    const wasm = await chooseBackend(all, 'wasm');
    expect(wasm).toMatchObject({ backend: 'wasm', reason: 'asked for by XRAY_BACKEND' });
    const failing = chooseBackend({ ...all, webgpu: fails('no adapter') }, 'webgpu');
    await expect(failing).rejects.toThrow(InputError);
    await expect(failing).rejects.toThrow(
      /^XRAY_BACKEND is "webgpu", which does not work here \(no webgpu: no adapter\); leave it out/,
    );
  });

  test('says what else there is to say', async () => {
    const tensorflow = async () => ({ tensorflow: '2.19.1', remark: 'no GPU is in use: no driver' });
    const { reason } = await chooseBackend({ ...all, tensorflow });
    expect(reason).toBe('no GPU is in use: no driver');
    expect((await chooseBackend({ ...all, tensorflow }, 'tensorflow')).reason).toBe(
      'asked for by XRAY_BACKEND; no GPU is in use: no driver',
    );
  });
});

describe('adapterProblem', () => {
  const real = { description: 'NVIDIA H100', vendor: 'nvidia', isFallbackAdapter: false };
  const emulated = { description: 'SwiftShader', vendor: 'google', isFallbackAdapter: true };

  test.each([
    ['none', undefined, false, /no WebGPU adapter/],
    ['none, though asked for', undefined, true, /no WebGPU adapter/],
    ['a real one', real, false, undefined],
    ['a real one that is asked for', real, true, undefined],
    ['an emulated one', emulated, false, /SwiftShader.*emulated.*slower than WebAssembly/],
    ['an emulated one that is asked for', emulated, true, undefined],
  ])('%s', (_, info, requested, problem) => {
    if (problem) expect(adapterProblem(info, requested)).toMatch(problem);
    else expect(adapterProblem(info, requested)).toBeUndefined();
  });
});

describe('gpuRemark', () => {
  test('names the GPU build where there is a driver and the CPU build, and nothing where there is none', () => {
    expect(gpuRemark('cpu', false, 'TensorFlow works', [__filename])).toMatch(/npm run setup -- --gpu/);
    expect(gpuRemark('cpu', false, 'TensorFlow works', [`${__filename}.none`])).toBeUndefined();
    expect(gpuRemark('gpu', false, 'no GPU is in use: why', [__filename])).toBe('no GPU is in use: why');
    expect(gpuRemark('gpu', true, 'TensorFlow works', [__filename])).toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('nvidiaGpu', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-nvidia-'));
  afterEach(() => vi.unstubAllEnvs());

  function command(script: string) {
    const file = path.join(folder, 'nvidia-smi');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  }

  test('is the name that the driver tells of the device', async () => {
    command('[ "$1" = --id=1 ] && echo "NVIDIA H100 80GB HBM3"');
    expect(await nvidiaGpu('1')).toBe('NVIDIA H100 80GB HBM3');
  });

  test('is told to be one where the driver tells nothing', async () => {
    command('echo "No devices were found"; exit 6');
    expect(await nvidiaGpu('0')).toBe('NVIDIA GPU');
    rmSync(folder, { recursive: true });
    expect(await nvidiaGpu('0')).toMatch(/NVIDIA/);
  });
});

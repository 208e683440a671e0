import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  cacheFolder,
  datasetFolder,
  projectFolder,
  requestedBackend,
  weightsFolders,
} from '../../lib/core/settings';

afterEach(() => vi.unstubAllEnvs());

describe('settings', () => {
  it('the project folder is the one with package.json', () => {
    expect(existsSync(path.join(projectFolder, 'package.json'))).toBe(true);
  });

  it('the cache is XRAY_CACHE, else .cache', () => {
    vi.stubEnv('XRAY_CACHE', '');
    expect(cacheFolder()).toBe(path.join(projectFolder, '.cache'));
    vi.stubEnv('XRAY_CACHE', 'some/where');
    expect(cacheFolder()).toBe(path.resolve('some/where'));
  });

  it('weights folders are separated as in PATH', () => {
    vi.stubEnv('XRAY_WEIGHTS', ['/a', '', 'b'].join(path.delimiter));
    expect(weightsFolders()).toEqual([path.resolve('/a'), path.resolve('b')]);
    vi.stubEnv('XRAY_WEIGHTS', undefined);
    expect(weightsFolders()).toEqual([]);
  });

  it('the back end is checked', () => {
    vi.stubEnv('XRAY_BACKEND', '');
    expect(requestedBackend()).toBeUndefined();
    vi.stubEnv('XRAY_BACKEND', 'wasm');
    expect(requestedBackend()).toBe('wasm');
    vi.stubEnv('XRAY_BACKEND', 'cuda');
    expect(requestedBackend).toThrow('XRAY_BACKEND is "cuda"; choose one of tensorflow, webgpu, wasm, cpu');
  });

  it('the dataset is XRAY_DATASET, else one in the project', () => {
    vi.stubEnv('XRAY_DATASET', '/pictures');
    expect(datasetFolder()).toBe(path.resolve('/pictures'));
    vi.stubEnv('XRAY_DATASET', '');
    expect(path.relative(path.join(projectFolder, 'dataset'), datasetFolder())).not.toMatch(/^\.\./);
  });
});

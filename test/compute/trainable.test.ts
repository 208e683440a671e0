import { afterAll, beforeAll, expect, test, vi } from 'vitest';

// This file has a process of its own: the back end is chosen once a process.
beforeAll(() => vi.stubEnv('XRAY_BACKEND', 'wasm'));
afterAll(() => vi.unstubAllEnvs());

test('where convolutions have no gradients, their training is refused in a sentence', async () => {
  const { trainableTensorFlow } = await import('../../lib/compute/tensorflow.js');
  await expect(trainableTensorFlow('Fine-tuning')).rejects.toThrow(
    /^Fine-tuning trains convolutions, and the back end wasm has no gradients of them/,
  );
});

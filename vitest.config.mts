import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary-folder.ts', 'test/compile.ts'],
    // TensorFlow keeps native threads that do not survive worker_threads; two files at once fill two cores.
    pool: 'forks',
    maxWorkers: 2,
    // Only ends what hangs: a busy machine takes several times what an idle one does.
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
});

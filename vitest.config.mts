import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary-folder.ts', 'test/compile.ts'],
    // TensorFlow keeps native threads that do not survive worker_threads.
    pool: 'forks',
    // A quarter of their time files wait for processes, servers and browsers; each may take 1.5 GB.
    maxWorkers: Math.min(4, availableParallelism() + 1),
    // Only ends what hangs: a busy machine takes several times what an idle one does.
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
});

// How `npm test` runs: every test/**/*.test.ts, one module registry per worker, one closing line for machines.
// What is tested, and with which helpers, is decided under test/.
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Sharing modules between files makes the suite many times faster; tests therefore keep no state in modules.
    isolate: false,
    // As fast as threads here, and a process has signals and a working directory of its own.
    pool: 'forks',
    // Many tests wait for processes and clocks: on two processors two of them get on better than one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Tests start the program hundreds of times: it is compiled once, which halves what each start costs.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'aioquant-compile-cache') },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/closing-line-reporter.ts'],
  },
});

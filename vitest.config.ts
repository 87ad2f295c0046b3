// How `npm test` runs: every test/**/*.test.ts, one module registry per worker, one closing line for machines.
// What is tested, and with which helpers, is decided under test/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Sharing modules between files makes the suite many times faster; tests therefore keep no state in modules.
    isolate: false,
    // As fast as threads here, and a process has signals and a working directory of its own.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default', './test/support/closing-line-reporter.ts'],
  },
});

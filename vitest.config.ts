import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One process per worker, modules shared between its files: starting the libraries anew for each file
    // would cost more than the tests. Files must therefore leave nothing behind.
    pool: 'forks',
    isolate: false,
    // Twice what a small machine has cores: many tests wait for a clock, and somebody should work meanwhile.
    maxWorkers: 4,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 10_000,
    // What is waited for may come late on a machine that has other work; a second is no promise of anything.
    expect: { poll: { timeout: 30_000 } },
    // What tests start as processes of their own starts in half the time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    reporters: ['default'],
  },
})

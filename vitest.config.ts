import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Vitest leaves one core alone. Every test here also passes on a busy machine, and most wait for threads.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A wake that is missing is to be seen, not made up for.
    env: { MILLRACE_SAFETY_TIMEOUT: 'never' },
    globalSetup: 'test/support/build.ts',
    reporters: ['default', './test/support/summary.ts'],
  },
})

import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** Tests that take long: `npm run test:long` runs them, and `npm test` does not unless files are named. */
export const LONG = [
  'test/bench/scenarios.test.ts',
  'test/cases/{dropped-queues,long-lived,many-cores,many-pending,quiet-source}.test.ts',
  'test/checkers/threads.test.ts',
  'test/codec/shape-memory.test.ts',
  'test/command-line/map.test.ts',
  'test/contract/mutants.test.ts',
  'test/core/{back-ends,kill-in-loop}.test.ts',
  'test/docs/scripts.test.ts',
  'test/examples/*.test.ts',
  'test/examples/scraper/bounded.test.ts',
  'test/journey/{pitfalls,principles,steps}.test.ts',
  'test/kill/**/*.test.ts',
  'test/loading/{errors,matrix}.test.ts',
  'test/packaging/*.test.ts',
  'test/pipelines/kills/*.test.ts',
  'test/pipelines/{large-source,thread-side}.test.ts',
  'test/limits/bound.test.ts',
  'test/limits/{kills,words}/*.test.ts',
  'test/pipelines/words/*.test.ts',
  'test/queue/{batch-stress,delayed,recheck,stress}.test.ts',
  'test/schedules/{batches,chance,delayed,kinds,pct,replace}.test.ts',
  'test/soak/*.test.ts',
  'test/supervisor/kills/*.test.ts',
  'test/supervisor/{leftovers,nested,run-timeout}.test.ts',
  'test/threaded/matrix.test.ts',
]
const areNamed = process.argv.slice(2).some((argument) => argument.startsWith('test/'))

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(areNamed ? [] : LONG)],
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

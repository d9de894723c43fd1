import { performance } from 'node:perf_hooks'

// Kept from the start, because a test may replace the global clocks.
const now = performance.now.bind(performance)
const { hrtime } = process

/** Monotonic clocks, in ms: `now` of this thread, `shared` the same for all threads. Tests replace them. */
export const clock = {
  now,
  shared: sharedNow,
}

/** The time since an arbitrary moment, the same in all threads. `performance.now()` starts at 0 in each. */
function sharedNow(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

import { performance } from 'node:perf_hooks'

// Kept from the start, because a test may replace the global clocks.
const now = performance.now.bind(performance)
const { hrtime } = process

/**
 * Monotonic clocks: `now` of this thread and `shared`, the same for all threads, in ms; `nanoseconds` likewise for
 * all threads. Tests replace them.
 */
export const clock = {
  now,
  shared: sharedNow,
  nanoseconds,
}

/** The time since an arbitrary moment, the same in all threads. `performance.now()` starts at 0 in each. */
function sharedNow(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

/** Nanoseconds since the second `base` of `sharedSeconds`, a whole number. */
function nanoseconds(base: number): number {
  const [seconds, rest] = hrtime()
  return (seconds - base) * 1e9 + rest
}

/** Whole seconds since an arbitrary moment, the same in all threads. */
export function sharedSeconds(): number {
  return hrtime()[0]
}

import { performance } from 'node:perf_hooks'

// Held from the start: a test may put clocks of its own in their place.
const now = performance.now.bind(performance)
const { hrtime } = process

/** Monotonic milliseconds: of this thread, and the same for all threads of the process. Tests replace it. */
export const clock = {
  now,
  shared: sharedNow,
}

/** `performance.now()` begins anew in each thread. */
function sharedNow(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

/** Monotonic milliseconds: of this thread, and the same for all threads of the process. Tests replace it. */
export const clock = {
  now: (): number => performance.now(),
  shared: sharedNow,
}

/** `performance.now()` begins anew in each thread. */
function sharedNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

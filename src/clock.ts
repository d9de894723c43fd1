/** `performance.now()` begins anew in each thread, over the clock of `process.hrtime`, which all threads share. */
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** Monotonic milliseconds: of this thread, and the same for all threads of the process. Tests replace it. */
export const clock = {
  now: (): number => performance.now(),
  shared: (): number => offset + performance.now(),
}

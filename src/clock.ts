/** Monotonic milliseconds. Tests replace it. */
export const clock = { now: (): number => performance.now() }

/** Threads start together at one time zero, and their lines are printed in the order of time. */

type Log = (...args: unknown[]) => void

/** Memory that the threads of an example share. */
export type Timeline = SharedArrayBuffer

/** The number of threads that have come, a 32-bit word. */
const COME = 0
/** 1 when all threads have come, a 32-bit word. */
const STARTED = 1
/** 1 while a thread prints, a 32-bit word. */
const PRINTING = 2
/** The time at which all threads had come, a double at this byte. */
const STARTED_AT = 16

/** The longest wait for a thread that prints. It may have died meanwhile. */
const MAX_PRINT_WAIT_MS = 1000

export const newTimeline = (): Timeline => new SharedArrayBuffer(STARTED_AT + Float64Array.BYTES_PER_ELEMENT)

/** The time in ms. The clock is the same in every thread. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/**
 * Blocks until `threads` threads have called it, so that none waits for the start of another later. Returns a
 * function that prints the time since then, and the text that `line` returns at that moment.
 */
export function startTogether(timeline: Timeline, threads: number, log: Log): (line: () => string) => void {
  const words = new Int32Array(timeline, 0, 3)
  const startedAt = new Float64Array(timeline, STARTED_AT)
  if (Atomics.add(words, COME, 1) === threads - 1) {
    startedAt[0] = now()
    Atomics.store(words, STARTED, 1)
    Atomics.notify(words, STARTED)
  }
  while (Atomics.load(words, STARTED) === 0) Atomics.wait(words, STARTED, 0)
  return (line) => {
    // This lock keeps a thread from printing after another has read the clock and before it prints.
    while (Atomics.exchange(words, PRINTING, 1) === 1) {
      if (Atomics.wait(words, PRINTING, 1, MAX_PRINT_WAIT_MS) === 'timed-out') break
    }
    log(`${seconds(now() - startedAt[0]!)} ${line()}`)
    Atomics.store(words, PRINTING, 0)
    Atomics.notify(words, PRINTING, 1)
  }
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(7)

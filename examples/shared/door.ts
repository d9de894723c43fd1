/** Threads begin together, at one time zero, and their lines come in the order of time. */

type Log = (...args: unknown[]) => void

/** Memory that the threads of an example share. */
export type Door = SharedArrayBuffer

/**
 * In words of 32 bits: how many threads have come, whether all have, whether one is printing. At OPENED, a
 * double: when all had.
 */
const COME = 0
const OPEN = 1
const PRINTING = 2
const OPENED = 16

/** ms: so long a thread waits for one that prints. It may have died over it. */
const PATIENCE = 1000

export const newDoor = (): Door => new SharedArrayBuffer(OPENED + Float64Array.BYTES_PER_ELEMENT)

/** ms; the same clock in every thread. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/**
 * Blocks until all `crowd` threads have come, so that none waits for the start of another. Returns what
 * prints a line: the time since then, and what `line` says at that moment.
 */
export function enter(door: Door, crowd: number, log: Log): (line: () => string) => void {
  const words = new Int32Array(door, 0, 3)
  const opened = new Float64Array(door, OPENED)
  if (Atomics.add(words, COME, 1) === crowd - 1) {
    opened[0] = now()
    Atomics.store(words, OPEN, 1)
    Atomics.notify(words, OPEN)
  }
  while (Atomics.load(words, OPEN) === 0) Atomics.wait(words, OPEN, 0)
  return (line) => {
    // Else a thread could print between another's look at the clock and its line.
    while (Atomics.exchange(words, PRINTING, 1) === 1) {
      if (Atomics.wait(words, PRINTING, 1, PATIENCE) === 'timed-out') break
    }
    log(`${seconds(now() - opened[0]!)} ${line()}`)
    Atomics.store(words, PRINTING, 0)
    Atomics.notify(words, PRINTING, 1)
  }
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(7)

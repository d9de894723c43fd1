import { isMainThread } from 'node:worker_threads'
import { BUSY } from '../core/index.ts'
import { QueueCorruptError } from '../errors.ts'

const idle = new Int32Array(new SharedArrayBuffer(4))
const SPINS = 64
/**
 * EventLoopYield of an empty loop, about a microsecond: who looks again at once takes from the other the words it
 * needs to come to an end.
 */
const PAUSE = 1000
/** About 10 s; 2 s where a call that does not wait would hold up the event loop of the process. */
const LIMIT = isMainThread ? 4000 : 20_000

/** The word did not change: whoever looks next would wait as long. */
export class StuckError extends QueueCorruptError {}

/**
 * Between tries of an operation that answered BUSY: another thread is inside its straight line, a few
 * nanoseconds long unless the system took its processor away. Pauses without a look at shared memory, then
 * sleeps for at most 0.5 ms at a time, on the main thread too; seconds of that mean that a word is wrong.
 */
export function backOff(tries: number): void {
  if (tries < SPINS) {
    pause()
    return
  }
  if (tries > LIMIT) {
    throw new StuckError(
      'an operation on the queue stayed blocked for seconds: a word in its shared memory is damaged',
    )
  }
  Atomics.wait(idle, 0, 0, tries < 2 * SPINS ? 0.05 : tries < 4 * SPINS ? 0.2 : 0.5)
}

/** Written, so that no compiler drops the loop. */
let turns = 0

function pause(): void {
  for (let left = PAUSE; left > 0; left--) turns = (turns + left) | 0
}

/** Repeats an operation of the core until it does not answer BUSY. Returns its answer. */
export function untilDone(operation: () => number): number {
  for (let tries = 0; ; tries++) {
    const answer = operation()
    if (answer !== BUSY) return answer
    backOff(tries)
  }
}

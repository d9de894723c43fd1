import { isMainThread } from 'node:worker_threads'
import { POSITION, SHUT, type Shared, TAIL } from '../core/index.ts'
import { QueueCorruptError } from '../errors.ts'

/** Never notified: a sleep on it ends by its timeout. */
const idle = new Int32Array(new SharedArrayBuffer(4))
/** Tries that are followed by a pause; later ones are followed by a sleep. */
const PAUSES = 64
/**
 * Iterations of the pause loop, up to a microsecond. Retrying at once would steal the cache lines that the
 * other thread needs to finish.
 */
const PAUSE_ITERATIONS = 1000
/** About 10 s; on the main thread 2 s, since there even a call that does not wait blocks the event loop. */
const MAX_TRIES = isMainThread ? 4000 : 20_000
/** Pauses until half of a ring is free: some 30 to 100 µs in all. */
const ROOM_LOOKS = 100
/** With fewer items half a queue is no time to speak of. */
const LEAST_ROOM_MAXSIZE = 16
const SHORT_SLEEP_MS = 0.05
const MEDIUM_SLEEP_MS = 0.2
const LONG_SLEEP_MS = 0.5

/** An operation answered BUSY for seconds. Every further operation on the queue would block as long. */
export class StuckError extends QueueCorruptError {}

/**
 * Pauses between two tries of an operation that answered BUSY: another thread is inside its straight line.
 * That takes a few nanoseconds, unless the system has suspended the thread. The pauses do not touch shared
 * memory. After 64 tries the thread sleeps for at most 0.5 ms a try, on the main thread too.
 * @throws StuckError after seconds, since then a word of the queue is damaged
 */
export function backOff(tries: number): void {
  if (tries < PAUSES) {
    pause()
    return
  }
  if (tries > MAX_TRIES) {
    throw new StuckError(
      'an operation on the queue stayed blocked for seconds: a word in its shared memory is damaged',
    )
  }
  const ms = tries < 2 * PAUSES ? SHORT_SLEEP_MS : tries < 4 * PAUSES ? MEDIUM_SLEEP_MS : LONG_SLEEP_MS
  Atomics.wait(idle, 0, 0, ms)
}

/**
 * Pauses between two tries of a put that met another thread. If the ring is more than half full, it pauses
 * until half is free, or ROOM_LOOKS times: there is no hurry, and a put that follows the takes closely takes
 * their cache lines from them for each item. It looks at a slot that no thread writes until half of the items
 * ahead of it are taken.
 */
export function pauseForRoom(shared: Shared): void {
  const { kind, dropsOldest, ringAt, ringSize, slotBytes, maxsize } = shared.geometry
  if (kind !== 'fifo' || dropsOldest || maxsize < LEAST_ROOM_MAXSIZE) {
    pause()
    return
  }
  const tail = shared.load(TAIL) & ~SHUT
  const position = (tail - (maxsize >> 1) * POSITION) | 0
  const slot = ringAt + ((position >>> 1) & (ringSize - 1)) * slotBytes
  const emptied = (position + ringSize * POSITION) | 0
  for (let left = ROOM_LOOKS; left > 0; left--) {
    pause()
    if (((shared.load(slot) - emptied) | 0) >= 0) return
  }
}

/** The pause loop writes it, so that no compiler removes the loop. */
let sum = 0

/** Up to a microsecond, without a look at shared memory. */
function pause(): void {
  for (let left = PAUSE_ITERATIONS; left > 0; left--) sum = (sum + left) | 0
}

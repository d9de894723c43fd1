import { DEAD_LETTER, DEAD_LETTERED_FIRST, type Shared, type SharedMemory } from '../../core/index.ts'
import { CodecError, ItemTooLargeError, QueueShutDownError } from '../../errors.ts'
import type { LetterError, LetterTarget } from '../options/index.ts'
import { errorOf, type Failure, plainError, snapshotOf } from '../recovery/index.ts'
import type { HeldItems } from './held-items.ts'

/**
 * Moves items that were given up to the dead-letter queue, as long as there is room. Two memories have no
 * common step: the letter is stored first and the item finished after, so a death between the two makes a
 * duplicate, not a loss. Returns false if some had to stay.
 */
export function flushInto<T>(
  letters: LetterTarget,
  held: HeldItems<T>,
  shared: SharedMemory,
  queueName: string,
): boolean {
  // A list longer than there are cells runs in a circle: another time goes on.
  for (let left = shared.geometry.cells; left > 0 && hasDeadLettered(shared); left--) {
    // Without room an item is not taken: requeued, it would come behind the others.
    if (!letters.hasRoomForLetter && !letters.isShutDown) return false
    const entry = held.takeDeadLettered()
    if (entry === 0) return true
    if (letters.isShutDown) {
      process.emitWarning(`an item given up in ${queueName} was dropped: its dead-letter queue is shut down`)
      held.finish(entry)
    } else {
      let isStored = false
      try {
        isStored = store(letters, held, entry, queueName)
      } finally {
        if (!isStored) held.requeue(entry, DEAD_LETTER)
      }
      if (!isStored) return false
      held.finish(entry)
    }
  }
  return true
}

/**
 * True if items that were given up wait to be moved. A hint, read without the lock; a thread that gave one up
 * sees its own.
 */
export function hasDeadLettered(shared: Shared): boolean {
  return shared.load(DEAD_LETTERED_FIRST) !== 0
}

/**
 * Stores the fullest letter the dead-letter queue can carry: with the item, else its bytes, else neither;
 * each with all that is known of its errors, else without their stacks and causes.
 */
function store<T>(letters: LetterTarget, held: HeldItems<T>, entry: number, queue: string): boolean {
  const failures = held.failuresOf(entry)
  const attempts = held.attemptsOf(entry)
  const contents = [
    () => ({ item: held.peek(entry) }),
    () => ({ bytes: new Uint8Array(held.bytesOf(entry)) }),
    () => ({}),
  ]
  for (const content of contents) {
    for (const isBare of [false, true]) {
      try {
        const reasons = reasonsOf(failures, attempts, letters.codecName === 'msgpack', isBare)
        return letters.tryPut({ ...content(), ...reasons, attempts, queue })
      } catch (error) {
        if (error instanceof QueueShutDownError) return false
        if (!(error instanceof CodecError || error instanceof ItemTooLargeError)) throw error
      }
    }
  }
  process.emitWarning(`an item given up in ${queue} was dropped: its dead-letter queue cannot carry it`)
  return true
}

function reasonsOf(failures: readonly Failure[], attempts: number, isPlain: boolean, isBare: boolean) {
  const made = (error: LetterError) => (isPlain ? plainError(error) : error)
  const history = failures.map(({ at, thread, error }) => ({
    at,
    thread,
    error: made(errorOf(error, isBare)),
  }))
  const error = history.at(-1)?.error ?? made(errorOf(snapshotOf(`given up after ${attempts} deliveries`)))
  return { error, history }
}

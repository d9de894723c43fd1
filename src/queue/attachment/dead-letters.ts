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
      drop(held, entry, queueName, 'is shut down')
    } else {
      let outcome: Outcome = 'no room'
      try {
        outcome = store(letters, held, entry, queueName)
      } finally {
        if (outcome === 'no room') held.requeue(entry, DEAD_LETTER)
      }
      if (outcome === 'no room') return false
      if (outcome === 'stored') held.finish(entry)
      else drop(held, entry, queueName, 'cannot carry it')
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

function drop<T>(held: HeldItems<T>, entry: number, queueName: string, reason: string): void {
  process.emitWarning(
    `the dead-letter queue of '${queueName}' ${reason}: an item that was given up is dropped, and counted`,
    { code: 'MILLRACE_DROPPED' },
  )
  held.drop(entry)
}

type Outcome = 'stored' | 'no room' | 'cannot carry it'

/**
 * Stores the fullest letter the dead-letter queue can carry: with the item, else its bytes, else neither;
 * each with all that is known of its errors, else without their stacks and causes.
 */
function store<T>(letters: LetterTarget, held: HeldItems<T>, entry: number, queue: string): Outcome {
  const failures = held.failuresOf(entry)
  const attempts = held.attemptsOf(entry)
  const contents = [() => ({ item: held.peek(entry) }), () => ({ bytes: held.bytesOf(entry) }), () => ({})]
  for (const content of contents) {
    for (const isBare of [false, true]) {
      try {
        const reasons = reasonsOf(failures, attempts, letters.codecName === 'msgpack', isBare)
        const isStored = letters.tryPut({ ...content(), ...reasons, attempts, queue })
        return isStored ? 'stored' : 'no room'
      } catch (error) {
        if (error instanceof QueueShutDownError) return 'no room'
        if (!(error instanceof CodecError || error instanceof ItemTooLargeError)) throw error
      }
    }
  }
  return 'cannot carry it'
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

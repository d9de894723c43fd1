import type { Shared } from '../../core/index.ts'
import { DEAD_LETTERED_FIRST } from '../../core/index.ts'
import { CodecError, ItemTooLargeError, QueueShutDownError } from '../../errors.ts'
import type { Failure } from '../recovery/index.ts'
import { errorOf, type LetterError, plainError, snapshotOf } from '../recovery/index.ts'
import { type Attachment, DEAD_LETTER } from './attachment.ts'

/** An item that was given up. */
export interface DeadLetter<T> {
  /** Absent if the item could not be decoded, or the dead-letter queue's codec cannot carry it. */
  readonly item?: T
  /** The encoded item, where `item` is absent. */
  readonly bytes?: Uint8Array
  /**
   * Why it was given up: the last failure. Its class, `code`, `exitCode` and the beginning of its message are
   * always there, of its stack and its causes what there is room for. A codec that has no form for errors
   * (json, msgpack) makes a plain object of it.
   */
  readonly error: LetterError
  /** Deliveries begun. */
  readonly attempts: number
  /** The failures that were noted, oldest first, at most 8. `at`: ms since the epoch; `thread`: threadId. */
  readonly history: { at: number; thread: number; error: LetterError }[]
  /** The queue's name. */
  readonly queue: string
}

/** Where letters go. */
export interface DeadLetterQueue {
  tryPut(letter: DeadLetter<unknown>): boolean
  readonly hasRoomForLetter: boolean
  readonly isShutDown: boolean
  readonly isDetached: boolean
  readonly handle: unknown
  readonly codecName: string
  onRoom(call: () => void): void
  serveRoomWaiters(): void
}

/**
 * @internal Moves doomed items to the dead-letter queue, as long as there is room. Two memories have no
 *   common step:
 * the letter is stored first and the item finished after, so a death between the two makes a duplicate, not a
 * loss. Returns false if some had to stay.
 */
export function moveLetters<T>(
  attachment: Attachment<T>,
  letters: DeadLetterQueue,
  queueName: string,
): boolean {
  // A list longer than there are cells runs in a circle: another time goes on.
  for (let left = attachment.geometry.cells; left > 0 && hasDeadLettered(attachment.shared); left--) {
    // Not taken while there is no room: given back, it would stand behind the others.
    if (!letters.hasRoomForLetter && !letters.isShutDown) return false
    const entry = attachment.takeDeadLettered()
    if (entry === 0) return true
    if (letters.isShutDown) {
      process.emitWarning(`an item given up in ${queueName} was dropped: its dead-letter queue is shut down`)
      attachment.finish(entry)
    } else {
      let isPosted = false
      try {
        isPosted = post(attachment, entry, letters, queueName)
      } finally {
        if (!isPosted) attachment.requeue(entry, DEAD_LETTER)
      }
      if (!isPosted) return false
      attachment.finish(entry)
    }
  }
  return true
}

/**
 * @internal True if items that were given up wait to be moved: a hint, read without the lock. Whoever gave
 * one up sees its own.
 */
export function hasDeadLettered(shared: Shared): boolean {
  return shared.load(DEAD_LETTERED_FIRST) !== 0
}

/**
 * Posts the fullest letter the dead-letter queue can carry: with the item, else its bytes, else neither; each
 * with all that is known of its errors, else without their stacks and causes.
 */
function post<T>(attachment: Attachment<T>, entry: number, letters: DeadLetterQueue, queue: string): boolean {
  const failures = attachment.failures(entry)
  const attempts = attachment.attempts(entry)
  const contents = [
    () => ({ item: attachment.peek(entry) }),
    () => ({ bytes: new Uint8Array(attachment.bytesOf(entry)) }),
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

import { DOOMED_FIRST } from '../core/layout.ts'
import type { Shared } from '../core/shared.ts'
import { CodecError, ItemTooLargeError, QueueShutDownError } from '../errors.ts'
import { type Attachment, GIVE_UP } from './attachment.ts'
import { errorOf, type LetterError, plainError, portraitOf } from './portrait.ts'
import type { Failure } from './record.ts'

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
export interface LetterBox {
  tryPut(letter: DeadLetter<unknown>): boolean
  readonly takesLetters: boolean
  readonly isShutDown: boolean
  readonly isDetached: boolean
  readonly handle: unknown
  readonly codecName: string
  onRoom(call: () => void): void
  serveRoom(): void
}

/**
 * @internal Moves doomed items to the dead-letter queue, as long as there is room. Two memories have no
 *   common step:
 * the letter is stored first and the item finished after, so a death between the two makes a duplicate, not a
 * loss. Returns false if some had to stay.
 */
export function moveLetters<T>(attachment: Attachment<T>, letters: LetterBox, queueName: string): boolean {
  // A list longer than there are cells runs in a circle: another time goes on.
  for (let left = attachment.geometry.cells; left > 0 && hasDoomed(attachment.shared); left--) {
    // Not taken while there is no room: given back, it would stand behind the others.
    if (!letters.takesLetters && !letters.isShutDown) return false
    const entry = attachment.takeDoomed()
    if (entry === 0) return true
    if (letters.isShutDown) {
      process.emitWarning(`an item given up in ${queueName} was dropped: its dead-letter queue is shut down`)
      attachment.finish(entry)
    } else {
      let isPosted = false
      try {
        isPosted = post(attachment, entry, letters, queueName)
      } finally {
        if (!isPosted) attachment.giveBack(entry, GIVE_UP)
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
export function hasDoomed(shared: Shared): boolean {
  return shared.load(DOOMED_FIRST) !== 0
}

/**
 * Posts the fullest letter the dead-letter queue can carry: with the item, else its bytes, else neither; each
 * with all that is known of its errors, else without their stacks and causes.
 */
function post<T>(attachment: Attachment<T>, entry: number, letters: LetterBox, queue: string): boolean {
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
  const error = history.at(-1)?.error ?? made(errorOf(portraitOf(`given up after ${attempts} deliveries`)))
  return { error, history }
}

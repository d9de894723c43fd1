import { INTERNALS } from './inner-door.ts'
import type { PutResult } from './put-options.ts'
import type { WaitOptions } from './wait-options.ts'

/**
 * An error of a dead letter. All its properties are enumerable: `JSON.stringify` shows them, and any codec
 * can carry them.
 */
export type LetterError = Error & { code?: string | number; exitCode?: number }

/** An item that was given up. */
export interface DeadLetter<T> {
  /** Absent if the item could not be decoded, or the dead-letter queue's codec cannot carry it. */
  readonly item?: T
  /** The encoded item, where `item` is absent. */
  readonly bytes?: Uint8Array
  /**
   * The last failure, for which the item was given up. Its class, `code`, `exitCode` and the beginning of its
   * message are always there; its stack and its causes are kept as far as there is room. A codec that has no
   * form for errors (json, msgpack) makes a plain object of it.
   */
  readonly error: LetterError
  /** Deliveries begun. */
  readonly attempts: number
  /** The failures that were noted, oldest first, at most 8. `at`: ms since the epoch; `thread`: threadId. */
  readonly history: { at: number; thread: number; error: LetterError }[]
  /** The queue's name. */
  readonly queue: string
}

/** A queue that can take the dead letters of a queue of T: a `Queue<DeadLetter<T>>` of any kind. */
export interface DeadLetterQueue<T> {
  put(letter: DeadLetter<T>, options?: WaitOptions): Promise<PutResult>
  /** @internal */
  readonly [INTERNALS]: LetterTarget
}

/** @internal The part of a dead-letter queue that the queue needs whose letters it takes. */
export interface LetterTarget {
  readonly codecName: string
  readonly whenFull: string
  /** The property by which a priority queue ranks. */
  readonly rankedBy: string | undefined
  readonly isShutDown: boolean
  readonly isDetached: boolean
  /** Another letter can be put. */
  readonly hasRoomForLetter: boolean
  /** Data of its handle. */
  readonly handle: unknown
  /** The queue object. */
  readonly queue: object
  tryPut(letter: DeadLetter<unknown>): boolean
  /** Calls back once there is room, or the queue is shut down. The process does not wait for it. */
  onRoom(call: () => void): void
  /** Calls those back that `onRoom` let wait, if there is room: a thread that blocks serves no event loop. */
  serveRoomWaiters(): void
}

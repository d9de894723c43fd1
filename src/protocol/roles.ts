import type { LimitHandleData } from '../limits/index.ts'
import type { Handle, Queue } from '../queue/index.ts'

// The use that a thread makes of a function, and how it finds the function.

/** How the thread finds the function in its module. */
export type Target =
  | { readonly kind: 'export'; readonly name: string }
  /** The name that was given to `threaded`. */
  | { readonly kind: 'named'; readonly name: string }
  | Placed

/**
 * The place of a call of `threaded` in the source, and what tells whether the thread has the same call there.
 */
export interface Placed {
  readonly kind: 'placed'
  /** From 1, as in stacks. */
  readonly line: number
  readonly column: number
  /** A hash of the file. */
  readonly digest: string
  /** The name by which the module declares or exports the result; '' if it does not. */
  readonly declares: string
  readonly functionName: string
  readonly parameters: number
}

export interface ProduceRole {
  readonly kind: 'produce'
  readonly queue: Handle<Queue<unknown>>
  /** The number under which the queue counts the puts of this thread and of its successors. */
  readonly producer: number
  /** A restarted source begins anew: as many of its first items are dropped as were stored before. */
  readonly skips: boolean
}

export interface ConsumeRole {
  readonly kind: 'consume'
  readonly queue: Handle<Queue<unknown>>
  readonly retries: number | undefined
  /** ms until the first retry. */
  readonly backoff: number
  readonly concurrency: number
  /** ms a call may take; undefined: no limit. */
  readonly timeout: number | undefined
  readonly maxDeliveries: number
  readonly hasDeadLetters: boolean
  /** The thread is replaced after so many items; undefined: never. */
  readonly recycleItems: number | undefined
  /** The thread is replaced when its heap has more than so many MB; undefined: never. */
  readonly recycleHeapMb: number | undefined
  /** The limiter that grants each call; undefined: none. */
  readonly limiter: LimitHandleData | undefined
  /** The property of an item that is its key; undefined: the item itself. */
  readonly limitKey: string | undefined
  /** Items that a thread may keep while their keys wait; 0: as many as lanes are free. */
  readonly mostWaiting: number
}

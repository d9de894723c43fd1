import type { LeaseSource } from './access/index.ts'
import type { Handle } from './attachment/index.ts'
import type { RunTimeout } from './recovery/index.ts'

/** Where a queue keeps its inner door: the same in every copy of the library. */
export const INTERNALS: unique symbol = Symbol.for('millrace.queue') as never

/** What a supervisor needs to know of a queue that its groups use. */
export interface QueueEndpoint {
  /** The same in every thread. */
  readonly id: string
  /** As messages name the queue. */
  readonly label: string
  readonly handle: Handle<unknown>
  readonly maxInFlight: number
  /** Deliveries of one item before it is given up; 0: no limit. */
  readonly maxDeliveries: number
  readonly maxThreads: number
  /** The queue object to which items go that are given up. */
  readonly deadLetters: object | undefined
  /** This thread has detached. */
  readonly isDetached: boolean
  /** Items given up that wait for room among the dead letters. */
  readonly deadLettered: number
  /** No more puts; what is queued is still delivered. */
  shutDown(): void
  /** Calls back once the queue is shut down; at once if it is. Returns what ends the watch. */
  whenShutDown(call: () => void): () => void
  /** Items stored for `producer` by all its threads so far, modulo 2^32. */
  storedFor(producer: number): number
  /** No thread of `producer` follows. */
  closeProducer(producer: number): void
  /** Deliveries begun of the item that `entry` of any thread holds. */
  attemptsOf(entry: number): number
  /** Says what is to become of the item of `thread` whose call took too long; false if the thread is dead. */
  recordTimeout(thread: number, timeout: RunTimeout): boolean
  /** The items that `thread` held when it died, for messages. */
  describeHeld(thread: number): string
}

/** What supervisor, workers, pipelines and adapters need of a queue, and its users do not. */
export interface QueueInternals<T> extends QueueEndpoint {
  /** Items this thread holds. */
  readonly held: number
  /** This thread as a consumer of the queue. */
  source(): LeaseSource<T>
  /** Puts an item, blocking the thread for at most `ms`. False if there was no room for so long. */
  putWithin(item: T, ms: number): boolean
}

export interface HasInternals<T> {
  readonly [INTERNALS]: QueueInternals<T>
}

/** The inner door of a queue, of whichever copy of the library. */
export function internalsOf<T>(queue: HasInternals<T>): QueueInternals<T> {
  return queue[INTERNALS]
}

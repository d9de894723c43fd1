import type { OwnLedger } from '../../wait/index.ts'

/** One of the queues of a select, in this thread. A QueueShutDownError of one says that it has ended. */
export interface SelectCase<T> {
  /** @throws DetachedError; TooManyInFlightError if this thread may hold no more of its items */
  check(): void
  /**
   * One look, once this thread's earlier gets have been served: an entry, or 0 if there is none now. @throws
   * as get
   */
  look(): number
  /** The item of an entry, as get hands it over. @throws CodecError */
  handOver(entry: number): T
  /** Waits behind this thread's earlier gets. Returns what ends the wait. */
  wait(bid: SelectObserver<T>): () => void
  /** The queue as seen by a select that blocks. */
  sit(): BlockingCase
}

/** What a select that waits asynchronously says to, and hears from, one of its queues. */
export interface SelectObserver<T> {
  /** Another queue has won, or the select has failed: nothing is to be taken. */
  readonly isOver: boolean
  won(item: T): void
  failed(error: unknown): void
}

/** This thread at a queue while a select blocks it. */
export interface BlockingCase extends OwnLedger {
  /** As SelectCase.look, but also waits at the end of a shut-down queue. @throws as getSync */
  look(): number
  /** ms until it should look again although nobody woke it. */
  maxSleepMs(): number
  leave(): void
}

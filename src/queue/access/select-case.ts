import type { OwnLedger } from '../../wait/index.ts'

/** One of the queues of a select, in this thread. It throws QueueShutDownError when the queue has ended. */
export interface SelectCase<T> {
  /** @throws DetachedError; TooManyInFlightError if this thread may hold no more of its items */
  check(): void
  /**
   * Looks once, after this thread's earlier gets have been served. Returns an entry, or 0 if there is no item
   * now.
   * @throws as get
   */
  poll(): number
  /** The item of an entry, as get hands it over. @throws CodecError */
  handOver(entry: number): T
  /** Waits behind this thread's earlier gets. Returns what withdraws the wait. */
  register(observer: SelectObserver<T>): () => void
  /** Waits at the queue while a select blocks the thread. */
  registerBlocking(): BlockingCase
}

/** A select that waits asynchronously, as one of its queues sees it. */
export interface SelectObserver<T> {
  /** Another queue had an item first, or the select has failed: nothing is to be taken. */
  readonly isOver: boolean
  selected(item: T): void
  failed(error: unknown): void
}

/** This thread at a queue while a select, or a take, blocks it. */
export interface BlockingCase extends OwnLedger {
  /** As SelectCase.poll, but it also waits at the end of a shut-down queue. @throws as getSync */
  poll(): number
  /** ms until it should look again although nobody woke it. */
  maxSleepMs(): number
  withdraw(): void
}

/** What a thread function is told about its thread; its second argument. */
export interface ThreadContext<A = unknown> {
  /** This thread's number in its group, from 0; a restarted one keeps it. */
  readonly index: number
  /** How many threads the group has. */
  readonly threads: number
  /** `worker_threads.threadId`: another after a restart. */
  readonly threadId: number
  /** The task's `args`, their queues attached. */
  readonly args: A
  /** How often the function was started again at this index. */
  readonly restarts: number
  /** In `produce`: items stored at this index so far, those of threads that died included. */
  readonly stored: number
  /**
   * The run is asked to stop: finish what was begun, and return. True at once, also in a thread that never
   * yields.
   */
  readonly stopping: boolean
  /**
   * Aborted when the run is asked to stop, with the reason, or when the function is over. The one signal that
   * blocking calls of queues take.
   */
  readonly signal: AbortSignal
  /**
   * Writes a line to standard output at once, though the thread blocks next: most of what goes to
   * `console.log` in a thread appears only when the thread yields. Formats as `console.log` does. Lines above
   * 4096 bytes may be mixed with those of other threads when the reader is slow.
   */
  log(...args: unknown[]): void
}

/**
 * A function that runs on a thread: with `spawn` and `produce`. Queues anywhere in plain objects and arrays
 * of `args` arrive attached.
 */
export type ThreadFunction<A, R> = (args: A, thread: ThreadContext<A>) => R | Promise<R>

/** A function that is called with each item: with `consume`. The item is finished when it has returned. */
export type ItemFunction<T, A> = (item: T, thread: ThreadContext<A>) => unknown

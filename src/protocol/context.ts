/** The second argument of a thread function: its thread, its arguments, and the request to stop. */
export interface ThreadContext<A = unknown> {
  /** This thread's number in its group, from 0. A restarted thread has the same number. */
  readonly index: number
  /** How many threads the group has. */
  readonly threads: number
  /** `worker_threads.threadId`. It changes with a restart. */
  readonly threadId: number
  /** The task's `args`, with their queues attached. */
  readonly args: A
  /** The number of restarts at this index so far. */
  readonly restarts: number
  /** With `produce`: the items stored at this index so far, by threads that died too. Otherwise 0. */
  readonly stored: number
  /**
   * The run is asked to stop: the function should finish its current work and return. It is true at once, in
   * a thread that never yields to the event loop too.
   */
  readonly stopping: boolean
  /**
   * Aborted with the reason when the run is asked to stop, and when the function is over. Calls of queues
   * that block the thread accept no other signal.
   */
  readonly signal: AbortSignal
  /**
   * Writes a line to standard output at once, even if the thread blocks next. (The output of `console.log` in
   * a thread appears only when the thread yields to the event loop.) The line is formatted as by
   * `console.log`. A line above 4096 bytes may be mixed with lines of other threads when the reader is slow.
   *
   * @example
   *     thread.log('thread %d works on %o', thread.index, item)
   */
  log(...args: unknown[]): void
}

/**
 * A function for `spawn` or `produce`, which runs once on a thread. Queues anywhere in plain objects and
 * arrays of `args` arrive attached.
 */
export type ThreadFunction<A, R> = (args: A, thread: ThreadContext<A>) => R | Promise<R>

/** A function for `consume`, which is called with each item. The item is finished when the call returns. */
export type ItemFunction<T, A> = (item: T, thread: ThreadContext<A>) => unknown

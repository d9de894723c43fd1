/**
 * One class for each thing a caller can act on. Every class has a stable `code`; messages may change.
 */

const LIBRARY = Symbol.for('millrace.error')

/** The common base: `error instanceof MillraceError` tells this library's errors from all others. */
export class MillraceError extends Error {
  readonly code: string = 'ERR_MILLRACE'
  override readonly name: string = 'MillraceError'
}

/**
 * `instanceof` holds across copies of this library too: in a package without `"type": "module"` tsx gives a
 * thread's module a copy of its own.
 */
function isInstance(this: { readonly name: string }, value: unknown): boolean {
  if (Function.prototype[Symbol.hasInstance].call(this, value)) return true
  if (!(value instanceof Error) || !(LIBRARY in value.constructor)) return false
  for (let of = value.constructor; of !== null; of = Object.getPrototypeOf(of)) {
    if (of.name === this.name) return true
  }
  return false
}
Object.defineProperties(MillraceError, {
  [LIBRARY]: { value: true },
  [Symbol.hasInstance]: { value: isInstance },
})

/** A put found no room in time (Python: `queue.Full`). */
export class QueueFullError extends MillraceError {
  override readonly code = 'ERR_QUEUE_FULL'
  override readonly name = 'QueueFullError'
}
/** A get found nothing in time (Python: `queue.Empty`). */
export class QueueEmptyError extends MillraceError {
  override readonly code = 'ERR_QUEUE_EMPTY'
  override readonly name = 'QueueEmptyError'
}
/** The queue was shut down: no more puts, and nothing left to get (Python 3.13: `queue.ShutDown`). */
export class QueueShutDownError extends MillraceError {
  override readonly code = 'ERR_QUEUE_SHUT_DOWN'
  override readonly name = 'QueueShutDownError'
}
/** `taskDone` was called for more items than this thread holds (Python: `ValueError`). */
export class TaskDoneError extends MillraceError {
  override readonly code = 'ERR_TASK_DONE'
  override readonly name = 'TaskDoneError'
}
/** This thread holds `maxInFlight` unfinished items already. */
export class TooManyInFlightError extends MillraceError {
  override readonly code = 'ERR_TOO_MANY_IN_FLIGHT'
  override readonly name = 'TooManyInFlightError'
}
/** `maxThreads` threads are attached already. */
export class TooManyThreadsError extends MillraceError {
  override readonly code = 'ERR_TOO_MANY_THREADS'
  override readonly name = 'TooManyThreadsError'
}
/** The encoded item is longer than `maxItemBytes`; nothing was stored. */
export class ItemTooLargeError extends MillraceError {
  override readonly code = 'ERR_ITEM_TOO_LARGE'
  override readonly name = 'ItemTooLargeError'
}
/** A codec could not encode or decode an item; `cause` is what it threw. */
export class CodecError extends MillraceError {
  override readonly code = 'ERR_CODEC'
  override readonly name = 'CodecError'
}
/** A `…Sync` call would have to wait, on the main thread, where that would stop the event loop. */
export class BlockingMainThreadError extends MillraceError {
  override readonly code = 'ERR_BLOCKING_MAIN_THREAD'
  override readonly name = 'BlockingMainThreadError'
}
/** What is known of a thread that failed. */
export interface ThreadErrorDetails {
  /** The group's name. */
  readonly group: string
  /** The thread's number in its group. */
  readonly index: number
  /** `worker_threads.threadId`; 0 if the function had not begun. */
  readonly threadId: number
  /** The module (`file:` URL) and the export that ran. */
  readonly filename: string
  readonly exportName: string
  /** Of a thread that died. */
  readonly exitCode?: number
}

/**
 * A thread's function threw, could not be loaded, or its thread died for good. `cause` is what it threw, if
 * anything, with the stack of its thread; the error's own stack leads to where the group was started.
 */
export class ThreadError extends MillraceError implements Partial<ThreadErrorDetails> {
  override readonly code = 'ERR_THREAD'
  override readonly name = 'ThreadError'
  declare readonly group?: string
  declare readonly index?: number
  declare readonly threadId?: number
  declare readonly filename?: string
  declare readonly exportName?: string
  declare readonly exitCode?: number
  /** The failures of other threads of the same group, in the order they came. */
  declare readonly others?: readonly ThreadError[]

  constructor(message: string, details?: ThreadErrorDetails, options?: ErrorOptions) {
    super(message, options)
    Object.assign(this, details)
  }
}
/** The call for an item took longer than the `timeout` of `consume`, and its thread was terminated. */
export class RunTimeoutError extends MillraceError {
  override readonly code = 'ERR_RUN_TIMEOUT'
  override readonly name = 'RunTimeoutError'

  /** @internal */
  static after(limit: number): RunTimeoutError {
    return new RunTimeoutError(`the call took longer than ${limit} ms`)
  }
}
/** The supervisor was closed or destroyed: it starts no more threads. */
export class SupervisorClosedError extends MillraceError {
  override readonly code = 'ERR_SUPERVISOR_CLOSED'
  override readonly name = 'SupervisorClosedError'
}
/** A delivery was settled twice, or after its thread detached. */
export class StaleDeliveryError extends MillraceError {
  override readonly code = 'ERR_STALE_DELIVERY'
  override readonly name = 'StaleDeliveryError'
}
/** This thread has detached from the queue. */
export class DetachedError extends MillraceError {
  override readonly code = 'ERR_DETACHED'
  override readonly name = 'DetachedError'
}
/** The call would wait for itself. */
export class DeadlockError extends MillraceError {
  override readonly code = 'ERR_DEADLOCK'
  override readonly name = 'DeadlockError'
}
/** A wait other than a put or a get lapsed. */
export class WaitTimeoutError extends MillraceError {
  override readonly code = 'ERR_WAIT_TIMEOUT'
  override readonly name = 'WaitTimeoutError'
}
/** A word in shared memory holds what no operation can have stored there. */
export class QueueCorruptError extends MillraceError {
  override readonly code = 'ERR_QUEUE_CORRUPT'
  override readonly name = 'QueueCorruptError'
}

/** What an aborted wait rejects with, shaped as Node's own: name `AbortError`, code `ABORT_ERR`. */
export class AbortError extends Error {
  readonly code = 'ABORT_ERR'
  override readonly name = 'AbortError'
  constructor(reason: unknown) {
    super('The operation was aborted', { cause: reason })
  }
}

/**
 * The errors of this library. There is a class for each failure that a caller can act on. The `code` of a
 * class is stable; messages may change.
 */

const LIBRARY = Symbol.for('millrace.error')

/**
 * The base of all errors of this library.
 *
 * @example
 * try {
 *   queue.putSync(item, { timeout: 100 })
 * } catch (error) {
 *   if (!(error instanceof MillraceError)) throw error
 *   console.error(error.code)
 * }
 */
export class MillraceError extends Error {
  readonly code: string = 'ERR_MILLRACE'
  override readonly name: string = 'MillraceError'
}

/**
 * Lets `instanceof` hold across copies of this library: in a package without `"type": "module"`, tsx gives a
 * thread's module a copy of its own.
 */
function isInstance(this: { readonly name: string }, value: unknown): boolean {
  if (Function.prototype[Symbol.hasInstance].call(this, value)) return true
  if (!(value instanceof Error) || !(LIBRARY in value.constructor)) return false
  for (let Class = value.constructor; Class !== null; Class = Object.getPrototypeOf(Class)) {
    if (Class.name === this.name) return true
  }
  return false
}
Object.defineProperties(MillraceError, {
  [LIBRARY]: { value: true },
  [Symbol.hasInstance]: { value: isInstance },
})

/**
 * A queue had no room for an item (Python: `queue.Full`). Thrown by `put`, `putSync`, `putMany` and
 * `putManySync` when their `timeout` lapses; with `whenFull: 'reject'` at once. The item was not stored;
 * after `putMany` the error's `stored` says how many items were. It helps to wait longer, to add consumers,
 * or to raise `maxsize` or `memoryBytes`. `tryPut` returns false instead.
 */
export class QueueFullError extends MillraceError {
  override readonly code = 'ERR_QUEUE_FULL'
  override readonly name = 'QueueFullError'
  /** The part that was full: the slots (see `maxsize`), or the memory for long items (see `memoryBytes`). */
  declare readonly full?: 'slots' | 'memory'
  /** How long the call waited for room, in ms; 0 if it did not wait. */
  declare readonly waitedMs?: number
}

/**
 * A queue had no item (Python: `queue.Empty`). Thrown by `get`, `getSync`, `getMany`, `getManySync`, `take`,
 * `takeSync`, `select` and `selectSync` when their `timeout` lapses. It helps to wait longer, or to do
 * something else meanwhile. `tryGet` returns `EMPTY` instead.
 */
export class QueueEmptyError extends MillraceError {
  override readonly code = 'ERR_QUEUE_EMPTY'
  override readonly name = 'QueueEmptyError'
}

/**
 * The queue was shut down (Python 3.13: `queue.ShutDown`). Thrown by every put, and by every get and take
 * once nothing is left, also by those that were waiting. Iterators end instead. If the queue was shut down
 * because its consumers failed, `cause` is their error.
 */
export class QueueShutDownError extends MillraceError {
  override readonly code = 'ERR_QUEUE_SHUT_DOWN'
  override readonly name = 'QueueShutDownError'
}

/**
 * `taskDone` was called for more items than this thread holds from `get` and `getMany` (Python:
 * `ValueError`). Nothing was finished. Call it once for each such item, in the thread that got the item.
 */
export class TaskDoneError extends MillraceError {
  override readonly code = 'ERR_TASK_DONE'
  override readonly name = 'TaskDoneError'
}

/**
 * This thread holds `maxInFlight` unfinished items of the queue already. Thrown by every get, take and
 * select. Nothing was taken. Finish items first (`taskDone`, or `done` of a delivery), raise `maxInFlight`,
 * or use `ack: 'auto'`.
 */
export class TooManyInFlightError extends MillraceError {
  override readonly code = 'ERR_TOO_MANY_IN_FLIGHT'
  override readonly name = 'TooManyInFlightError'
}

/**
 * There would be more threads than the option `maxThreads` allows. Thrown by the first use of a queue in a
 * thread, and by `attach`, for the threads of a queue; by `spawn`, `produce` and `consume` for the threads of
 * a supervisor, and of the queues that they are given. Raise `maxThreads`, or start fewer threads.
 */
export class TooManyThreadsError extends MillraceError {
  override readonly code = 'ERR_TOO_MANY_THREADS'
  override readonly name = 'TooManyThreadsError'
}

/**
 * The encoded item is longer than the option `maxItemBytes` of the queue. Thrown by every put. The
 * item was not stored. Raise `maxItemBytes`, or put a part of the item or a reference to it.
 */
export class ItemTooLargeError extends MillraceError {
  override readonly code = 'ERR_ITEM_TOO_LARGE'
  override readonly name = 'ItemTooLargeError'
}

/**
 * The queue's codec could not encode or decode an item; `cause` is the codec's error. A put throws it for an
 * item that cannot be encoded, and does not store it. A get or a take throws it for an item that cannot be
 * decoded; the item is removed from the queue, and goes to the dead letters if the queue has any.
 */
export class CodecError extends MillraceError {
  override readonly code = 'ERR_CODEC'
  override readonly name = 'CodecError'
}

/**
 * A `…Sync` method or a loop over a queue would have to wait on the main thread, and waiting would stop the
 * event loop. Use the asynchronous form there, or give the method `timeout: 0`.
 */
export class BlockingMainThreadError extends MillraceError {
  override readonly code = 'ERR_BLOCKING_MAIN_THREAD'
  override readonly name = 'BlockingMainThreadError'
}

/** The thread that failed. */
export interface ThreadErrorDetails {
  /** The group's name. */
  readonly group: string
  /** The thread's index in its group, from 0. */
  readonly index: number
  /** `worker_threads.threadId`; 0 if the function had not begun. */
  readonly threadId: number
  /** The module of the thread's function, as a `file:` URL. */
  readonly filename: string
  /**
   * The name under which the module exports the function. For a function of `threaded` its `name`, or
   * `line:column` of the call.
   */
  readonly exportName: string
  /** The exit code, if the thread died. */
  readonly exitCode?: number
  /** The index of the item in the source of a pipeline, if an item has failed. */
  readonly item?: number
}

/**
 * A thread's function threw or could not be loaded, or its thread died and is not started again. `join` of
 * its group and of its supervisor rejects with it. `cause` is the thrown error, if there is one, with the
 * stack of its thread; the stack of this error leads to the call that started the group.
 *
 * Three other cases have this error as well. It is in the failure history of an item whose thread died.
 * `join` of a supervisor rejects with it if a queue still has items when all threads that took from it have
 * ended. `spawn`, `produce` and `consume` throw it in a thread that would start its own program again; guard
 * such calls by `isMillraceThread`.
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
  declare readonly item?: number
  /** The failures of other threads of the same group, in the order in which they came. */
  declare readonly others?: readonly ThreadError[]

  constructor(message: string, details?: ThreadErrorDetails, options?: ErrorOptions) {
    super(message, options)
    Object.assign(this, details)
  }
}

/**
 * The function of `consume` worked on an item for longer than `timeout` ms, and its thread was terminated.
 * The item is treated as if the function had thrown this error: see `retries`.
 */
export class RunTimeoutError extends MillraceError {
  override readonly code = 'ERR_RUN_TIMEOUT'
  override readonly name = 'RunTimeoutError'

  /** @internal */
  static after(timeoutMs: number): RunTimeoutError {
    return new RunTimeoutError(`the call took longer than ${timeoutMs} ms`)
  }
}

/**
 * The supervisor was closed, destroyed or asked to stop, and starts no more threads. Thrown by `spawn`,
 * `produce` and `consume`. Make a new supervisor.
 */
export class SupervisorClosedError extends MillraceError {
  override readonly code = 'ERR_SUPERVISOR_CLOSED'
  override readonly name = 'SupervisorClosedError'
}

/**
 * A delivery was settled twice, or after its thread had detached from the queue. Thrown by `done`, `retry`
 * and `fail` of a delivery. Nothing has changed.
 */
export class StaleDeliveryError extends MillraceError {
  override readonly code = 'ERR_STALE_DELIVERY'
  override readonly name = 'StaleDeliveryError'
}

/**
 * This thread has detached from the queue, at the end of `using` or by `queue[Symbol.dispose]()`. Thrown by
 * every later call of that object that puts, takes, settles, joins or shuts down, and by its calls that were
 * waiting. Calls that only read, as `size` and `stats()`, still answer. `attach(handle)` attaches the thread
 * anew.
 */
export class DetachedError extends MillraceError {
  override readonly code = 'ERR_DETACHED'
  override readonly name = 'DetachedError'
}

/**
 * `joinSync` would wait for items that this thread itself holds, and so for ever. Finish them first by
 * `taskDone`.
 */
export class DeadlockError extends MillraceError {
  override readonly code = 'ERR_DEADLOCK'
  override readonly name = 'DeadlockError'
}

/**
 * The `timeout` of a wait lapsed that is neither a put nor a get: of `join` and `joinSync` of a queue, of
 * `join` of a group or a supervisor, or of `acquire` and `acquireSync` of a limiter. The work goes on, and the
 * call may be repeated.
 */
export class WaitTimeoutError extends MillraceError {
  override readonly code = 'ERR_WAIT_TIMEOUT'
  override readonly name = 'WaitTimeoutError'
}

/**
 * A KeyedRateLimiter has `maxKeys` keys, none of them idle. Thrown by each call for another key. Raise
 * `maxKeys`, or give places back.
 */
export class TooManyKeysError extends MillraceError {
  override readonly code = 'ERR_TOO_MANY_KEYS'
  override readonly name = 'TooManyKeysError'
}

/**
 * `release` of a KeyedRateLimiter was called more often than this thread has places of that key. Nothing was
 * released.
 */
export class ReleaseError extends MillraceError {
  override readonly code = 'ERR_RELEASE'
  override readonly name = 'ReleaseError'
}

/**
 * A word of the queue's shared memory has a value that no operation stores: something else has written to the
 * memory. Any method of the queue may throw it. The queue is of no use any more; make a new one.
 */
export class QueueCorruptError extends MillraceError {
  override readonly code = 'ERR_QUEUE_CORRUPT'
  override readonly name = 'QueueCorruptError'
}

/**
 * An aborted wait rejects with it. It has the form of Node's own: its name is `AbortError`, its code
 * `ABORT_ERR`. `cause` is the reason of the signal.
 */
export class AbortError extends Error {
  readonly code = 'ABORT_ERR'
  override readonly name = 'AbortError'
  constructor(reason: unknown) {
    super('The operation was aborted', { cause: reason })
  }
}

import { setLatest } from './latest.ts'

/**
 * The state that connects a thread's queues with its supervisor, and with the supervisors that it has itself.
 * It is on `globalThis`, so that two copies of this library in one thread share it.
 */
interface Supervision {
  /** Undefined in a thread that no supervisor started, and in one that runs no function. */
  link: ThreadLink | undefined
  /**
   * For the id of a queue, the failure of its consumers for which it was shut down. There may be entries for
   * queues that this thread does not use.
   */
  readonly causes: Map<string, unknown>
}

/** A thread's link to its supervisor. */
export interface ThreadLink {
  /**
   * `thread.signal`. It is the only signal that a blocking call takes, because a blocked thread can only see
   * a shared word change, and `stopRequested` reads one.
   */
  readonly signal: AbortSignal
  readonly stopRequested: boolean
  /** Whether `error` is how the function answered the request to stop, and not a failure. */
  isAnswer(error: unknown): boolean
  /** True once the thread's modules are loaded and its function begins. */
  readonly hasBegun: boolean
  /** Reports that this run has failed, because the thread has tried to start its own program again. */
  refused(error: Error): void
  /** Reads the supervisor's messages now, without waiting for the event loop. */
  readControlMessages(): void
  /** Notes how many more threads this one has taken of those that the process shares. */
  sharesThreads(more: number): void
  /** Notes that this thread uses `queue` in this way, for the first time or again after a while. */
  uses(queue: object, how: Use): void
}

/** How a thread uses a queue, as bits. */
export type Use = typeof PUTS | typeof ASKS | typeof TAKES
/** The thread has tried to put an item. */
export const PUTS = 1
/** The thread has looked for an item, and there was none. */
export const ASKS = 2
/** The thread has taken an item. */
export const TAKES = 4

const KEY = Symbol.for('millrace.supervised')
const holder = globalThis as { [KEY]?: Supervision }
holder[KEY] ??= { link: undefined, causes: new Map() }
const supervision: Supervision = holder[KEY]

/** This thread's link to its supervisor; undefined if none started the thread, or it runs no function. */
export function link(): ThreadLink | undefined {
  return supervision.link
}

/** `to`: undefined while the thread runs no function. */
export function setLink(to: ThreadLink | undefined): void {
  supervision.link = to
}

/** The queue `id` is about to be shut down. From then on, puts of this thread fail with this cause. */
export function noteCause(id: string, cause: unknown): void {
  setLatest(supervision.causes, id, cause)
}

/** Forgets the cause for the queue `id`, which this thread no longer uses. */
export function forgetCause(id: string): void {
  supervision.causes.delete(id)
}

/** The cause noted for the queue `id`. It is in an object, because the cause itself may be undefined. */
export function causeOf(id: string): { cause: unknown } | undefined {
  supervision.link?.readControlMessages()
  return supervision.causes.has(id) ? { cause: supervision.causes.get(id) } : undefined
}

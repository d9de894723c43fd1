import { setLatest } from './latest.ts'

/**
 * What a supervisor and the threads it started tell a thread's queues. It lives on `globalThis`, so that two
 * copies of the library in one thread agree.
 */
interface Supervised {
  /** Absent in a thread that no supervisor started. */
  link: ThreadLink | undefined
  /**
   * Why a queue was shut down, by its id: the failure of who took from it. Also of queues that this thread
   * never uses.
   */
  readonly causes: Map<string, unknown>
}

/** A thread's link to its supervisor. */
export interface ThreadLink {
  /**
   * `thread.signal`: the one signal a blocking call takes, since `stopRequested` is backed by a shared word.
   */
  readonly signal: AbortSignal
  readonly stopRequested: boolean
  /** `error` is the answer to the request to stop, and no failure. */
  isAnswer(error: unknown): boolean
  /** The thread's modules are loaded, and its function begins. */
  readonly hasBegun: boolean
  /** The thread has tried to start its own program again: its run has failed. */
  refused(error: Error): void
  /** Reads what the supervisor has sent, also in a thread whose event loop does not turn. */
  readControlMessages(): void
  /** This thread does this with `queue` for the first time, or again after a while. */
  uses(queue: object, how: Use): void
}

/** What a thread does with a queue: bits. */
export type Use = typeof PUTS | typeof ASKS | typeof TAKES
/** It has tried to put. */
export const PUTS = 1
/** It has looked for an item in vain. */
export const ASKS = 2
/** It has taken an item. */
export const TAKES = 4

const KEY = Symbol.for('millrace.supervised')
const holder = globalThis as { [KEY]?: Supervised }
holder[KEY] ??= { link: undefined, causes: new Map() }
const supervised: Supervised = holder[KEY]

export function link(): ThreadLink | undefined {
  return supervised.link
}

export function setLink(to: ThreadLink): void {
  supervised.link = to
}

/** Puts on the queue `id`, which is about to be shut down, are to fail with this cause in this thread. */
export function noteCause(id: string, cause: unknown): void {
  setLatest(supervised.causes, id, cause)
}

/** Nothing in this thread uses the queue `id` any more. */
export function forgetCause(id: string): void {
  supervised.causes.delete(id)
}

export function causeOf(id: string): { cause: unknown } | undefined {
  supervised.link?.readControlMessages()
  return supervised.causes.has(id) ? { cause: supervised.causes.get(id) } : undefined
}

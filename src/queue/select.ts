import { isMainThread } from 'node:worker_threads'
import { invalidType, invalidValue } from '../check.ts'
import { clock } from '../clock.ts'
import { AbortError, BlockingMainThreadError, QueueEmptyError, QueueShutDownError } from '../errors.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import { blockInSelect, onAbort } from '../wait/index.ts'
import type { SelectCase, SelectObserver } from './access/index.ts'
import { internalsOf } from './internals.ts'
import { INTERNALS, isStoppable, signalOf, timeoutOf, type WaitOptions } from './options/index.ts'
import { isQueue } from './queue.ts'

/** A queue from which `select` can get an item of T. */
export interface Selectable<T> {
  readonly name: string
  get(options?: WaitOptions): Promise<T>
  /** @internal */
  readonly [INTERNALS]: {
    readonly takes: { selectCase(): SelectCase<T> }
  }
}

/** Any queue, whatever its items. */
// biome-ignore lint/suspicious/noExplicitAny: queues of whatever items
type AnySelectable = Selectable<any>

/** The items of a queue. */
export type ItemOf<Q> = Q extends { get(options?: WaitOptions): Promise<infer T> } ? T : never

/** The answer of `select`: an item, and the key of the queue it is from. */
export type Selected<S extends Record<string, AnySelectable>> = {
  [K in keyof S & string]: { readonly from: K; readonly item: ItemOf<S[K]> }
}[keyof S & string]

/**
 * Gets the next item of the queue that has one first, as that queue's `get` would. Nothing is taken from the
 * others. Where several have one, each has the same chance. A queue that has ended is left out. (Go:
 * `select`.)
 *
 * The item is unfinished until `taskDone` of the queue it is from, unless that queue's `ack` is 'auto'.
 * @throws QueueEmptyError when `timeout` lapses; AbortError; QueueShutDownError when all queues have ended;
 * the errors of one queue's get: CodecError, TooManyInFlightError, DetachedError; TypeError for what is no
 * object of queues
 * @example
 *     const { from, item } = await select({ jobs, urgent }, { timeout: 1000 })
 */
export async function select<S extends Record<string, AnySelectable>>(
  queues: S,
  options?: WaitOptions,
): Promise<Selected<S>> {
  const selection = new Selection(queues)
  const signal = signalOf(options)
  const timeout = timeoutOf(options)
  if (signal?.aborted) throw new AbortError(signal.reason)
  const now = selection.poll()
  if (now !== undefined) return now as Selected<S>
  if (timeout === 0) throw selection.emptyError()
  return selection.wait(timeout, signal) as Promise<Selected<S>>
}

/**
 * As `select`, blocking this thread. `signal`: only `thread.signal`.
 * @throws as select; BlockingMainThreadError if it would have to wait on the main thread
 * @example
 *     const { from, item } = selectSync({ jobs, urgent })
 */
export function selectSync<S extends Record<string, AnySelectable>>(
  queues: S,
  options?: WaitOptions,
): Selected<S> {
  const selection = new Selection(queues)
  isStoppable(options)
  const timeout = timeoutOf(options)
  const now = selection.poll()
  if (now !== undefined) return now as Selected<S>
  if (timeout === 0) throw selection.emptyError()
  return selection.block(timeout) as Selected<S>
}

interface Found {
  readonly from: string
  readonly item: unknown
}

interface NamedCase {
  readonly key: string
  /** As messages name the queue. */
  readonly label: string
  readonly queue: SelectCase<unknown>
}

/** The queues of one select, in the order in which it looks at them. */
class Selection {
  readonly #labels: string
  readonly #count: number
  /** Those that have not ended. */
  readonly #open: Set<NamedCase>
  /** Why one of the others has ended: the first error, or the first that has a cause. */
  #end: QueueShutDownError | undefined

  /** @throws TypeError; DetachedError, TooManyInFlightError */
  constructor(queues: unknown) {
    const all = casesOf(queues)
    for (const { queue } of all) queue.check()
    // In random order, so that a queue that always has items keeps no other waiting.
    this.#open = new Set(shuffled(all))
    this.#labels = all.map(({ label }) => label).join(', ')
    this.#count = all.length
  }

  poll(): Found | undefined {
    for (const one of [...this.#open]) {
      const { key, queue } = one
      const entry = this.#entryOf(one, queue.poll)
      if (entry > 0) return { from: key, item: queue.handOver(entry) }
    }
    return undefined
  }

  /**
   * The answer of `poll`; 0 for a queue that has ended. @throws QueueShutDownError when all have; as `poll`
   */
  #entryOf(one: NamedCase, poll: () => number): number {
    try {
      return poll()
    } catch (error) {
      this.#leaveOut(one, error)
      return 0
    }
  }

  /**
   * Leaves out a queue that has ended. @throws QueueShutDownError if it was the last; `error` if it says
   * otherwise
   */
  #leaveOut(one: NamedCase, error: unknown): void {
    if (!(error instanceof QueueShutDownError)) throw error
    if (this.#end === undefined || (this.#end.cause === undefined && error.cause !== undefined)) {
      this.#end = error
    }
    this.#open.delete(one)
    if (this.#open.size === 0) throw this.#shutDownError()
  }

  wait(timeout: number, signal: AbortSignal | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const withdrawals: (() => void)[] = []
      let isOver = false
      let offAbort: (() => void) | undefined
      const end = () => {
        isOver = true
        clearTimeout(timer)
        offAbort?.()
        for (const withdraw of withdrawals) withdraw()
      }
      const fail = (error: unknown) => {
        if (isOver) return
        end()
        reject(error)
      }
      const abort = () => fail(new AbortError(signal?.reason))
      const timer =
        timeout === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => fail(this.emptyError()), timeout)
      // A user's codec may have run since the signal was looked at, and aborted it.
      if (signal?.aborted) return abort()
      if (signal !== undefined) offAbort = onAbort(signal, abort)

      for (const one of this.#open) {
        const observer: SelectObserver<unknown> = {
          get isOver() {
            return isOver
          },
          selected: (item) => {
            end()
            resolve({ from: one.key, item })
          },
          failed: (error) => {
            try {
              this.#leaveOut(one, error)
            } catch (failure) {
              fail(failure)
            }
          },
        }
        const withdraw = one.queue.register(observer)
        // The queue may have had an item at once.
        if (isOver) break
        withdrawals.push(withdraw)
      }
    })
  }

  block(timeout: number): Found {
    if (isMainThread) throw this.#blockingError()
    const all = [...this.#open].map((one) => ({ one, blocking: one.queue.registerBlocking() }))
    const cases = all.map(({ blocking }) => blocking)
    let found: NamedCase | undefined
    let entry = 0
    const attempt = () => {
      for (const { one, blocking } of all) {
        if (!this.#open.has(one)) continue
        entry = this.#entryOf(one, blocking.poll)
        if (entry > 0) {
          found = one
          return true
        }
      }
      return false
    }
    const maxSleepMs = () => {
      const open = all.filter(({ one }) => this.#open.has(one))
      return Math.min(...open.map(({ blocking }) => blocking.maxSleepMs()))
    }
    try {
      blockInSelect(cases, clock.now() + timeout, clock.now, attempt, maxSleepMs)
    } finally {
      for (const blocking of cases) blocking.withdraw()
    }
    if (found === undefined) throw this.emptyError()
    return { from: found.key, item: found.queue.handOver(entry) }
  }

  emptyError(): Error {
    return new QueueEmptyError(`${this.#labels} stayed empty`)
  }

  #shutDownError(): unknown {
    if (this.#count === 1) return this.#end
    const cause = this.#end?.cause
    return new QueueShutDownError(
      `${this.#labels} are shut down`,
      cause === undefined ? undefined : { cause },
    )
  }

  #blockingError(): Error {
    return new BlockingMainThreadError(
      `selectSync from ${this.#labels} would have to wait on the main thread: use select there`,
    )
  }
}

function shuffled<T>(all: readonly T[]): T[] {
  const order: T[] = []
  for (const [count, one] of all.entries()) {
    const index = Math.floor(Math.random() * (count + 1))
    if (index < count) order.push(order[index] as T)
    order[index] = one
  }
  return order
}

/** The queues, each once: one that has two keys is known by the first. */
function casesOf(queues: unknown): NamedCase[] {
  const expected = 'an object whose values are queues'
  if (typeof queues !== 'object' || queues === null) throw invalidType('queues', expected, queues)
  const cases = new Map<object, NamedCase>()
  for (const [key, queue] of Object.entries(queues)) {
    if (!isQueue(queue)) throw invalidType(`queues.${key}`, 'a Queue', queue)
    if (cases.has(queue)) continue
    const { name } = queue
    const label = name === '' ? `queues.${key}` : `queue '${name}'`
    cases.set(queue, { key, label, queue: internalsOf(queue).takes.selectCase() })
  }
  if (cases.size === 0) throw invalidValue('queues', `${expected}, at least one`, queues)
  return [...cases.values()]
}

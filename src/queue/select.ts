import { isMainThread } from 'node:worker_threads'
import { invalidType, invalidValue } from '../check.ts'
import { clock } from '../clock.ts'
import { AbortError, BlockingMainThreadError, QueueEmptyError, QueueShutDownError } from '../errors.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import { blockInSelect, onAbort } from '../wait/index.ts'
import type { SelectCase, SelectObserver } from './access/index.ts'
import { isStoppable, signalOf, timeoutOf, type WaitOptions } from './options/index.ts'
import { isQueue, type Queue } from './queue.ts'

/** The items of a queue. */
export type ItemOf<Q> = Q extends Queue<infer T> ? T : never

/** What `select` answers: an item, and the key of the queue it is from. */
// biome-ignore lint/suspicious/noExplicitAny: queues of whatever items
export type Selected<S extends Record<string, Queue<any>>> = {
  [K in keyof S & string]: { readonly from: K; readonly item: ItemOf<S[K]> }
}[keyof S & string]

/**
 * Gets the next item of whichever queue has one first, as that queue's `get` would; nothing is taken from the
 * others. Where several have one, each has the same chance. A queue that has ended is left out. (Go:
 * `select`.)
 *
 * The item is unfinished until `taskDone` of the queue it is from, unless that queue's `ack` is 'auto'.
 * @throws QueueEmptyError when `timeout` lapses, AbortError, QueueShutDownError when all queues have ended;
 *   what get of one of
 *   them throws: CodecError, TooManyInFlightError, DetachedError; TypeError for what is no object of queues
 */
// biome-ignore lint/suspicious/noExplicitAny: queues of whatever items
export async function select<S extends Record<string, Queue<any>>>(
  queues: S,
  options?: WaitOptions,
): Promise<Selected<S>> {
  const race = new Selection(queues)
  const signal = signalOf(options)
  const timeout = timeoutOf(options)
  if (signal?.aborted) throw new AbortError(signal.reason)
  const now = race.look()
  if (now !== undefined) return now as Selected<S>
  if (timeout === 0) throw race.emptyError()
  return race.wait(timeout, signal) as Promise<Selected<S>>
}

/**
 * As `select`, blocking this thread. `signal`: only `thread.signal`.
 * @throws as select; BlockingMainThreadError if it would have to wait on the main thread
 */
// biome-ignore lint/suspicious/noExplicitAny: queues of whatever items
export function selectSync<S extends Record<string, Queue<any>>>(
  queues: S,
  options?: WaitOptions,
): Selected<S> {
  const race = new Selection(queues)
  isStoppable(options)
  const timeout = timeoutOf(options)
  const now = race.look()
  if (now !== undefined) return now as Selected<S>
  if (timeout === 0) throw race.emptyError()
  return race.block(timeout) as Selected<S>
}

interface Won {
  readonly from: string
  readonly item: unknown
}

interface NamedCase {
  readonly key: string
  /** How messages name it. */
  readonly label: string
  readonly contender: SelectCase<unknown>
}

/** The queues of one select, in the order in which it looks at them. */
class Selection {
  readonly #labels: string
  readonly #count: number
  /** Those that have not ended. */
  readonly #open: Set<NamedCase>
  /** Why one of the others has ended: the first, or the first that has a cause. */
  #end: QueueShutDownError | undefined

  /** @throws TypeError; DetachedError, TooManyInFlightError */
  constructor(queues: unknown) {
    const all = runnersOf(queues)
    for (const { contender } of all) contender.check()
    // In random order: so none that always has items keeps another waiting.
    this.#open = new Set(shuffled(all))
    this.#labels = all.map(({ label }) => label).join(', ')
    this.#count = all.length
  }

  look(): Won | undefined {
    for (const runner of [...this.#open]) {
      const { key, contender } = runner
      const entry = this.#entryOf(runner, contender.look)
      if (entry > 0) return { from: key, item: contender.handOver(entry) }
    }
    return undefined
  }

  /**
   * What `look` answers; 0 of a queue that has ended. @throws QueueShutDownError when all have; what else
   * `look` throws
   */
  #entryOf(runner: NamedCase, look: () => number): number {
    try {
      return look()
    } catch (error) {
      this.#leaveOut(runner, error)
      return 0
    }
  }

  /**
   * Of the error of one queue: that it has ended, which ends the select if it is the last; or that the select
   * has failed.
   */
  #leaveOut(runner: NamedCase, error: unknown): void {
    if (!(error instanceof QueueShutDownError)) throw error
    if (this.#end === undefined || (this.#end.cause === undefined && error.cause !== undefined))
      this.#end = error
    this.#open.delete(runner)
    if (this.#open.size === 0) throw this.#shutDownError()
  }

  wait(timeout: number, signal: AbortSignal | undefined): Promise<Won> {
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
      // The look may have run a user's code.
      if (signal?.aborted) return abort()
      if (signal !== undefined) offAbort = onAbort(signal, abort)

      for (const runner of this.#open) {
        const bid: SelectObserver<unknown> = {
          get isOver() {
            return isOver
          },
          won: (item) => {
            end()
            resolve({ from: runner.key, item })
          },
          failed: (error) => {
            try {
              this.#leaveOut(runner, error)
            } catch (failure) {
              fail(failure)
            }
          },
        }
        const withdraw = runner.contender.wait(bid)
        // It may have won at once.
        if (isOver) break
        withdrawals.push(withdraw)
      }
    })
  }

  block(timeout: number): Won {
    if (isMainThread) throw this.#blockingError()
    const places = [...this.#open].map((runner) => ({ runner, sitting: runner.contender.sit() }))
    const sittings = places.map(({ sitting }) => sitting)
    let winner: NamedCase | undefined
    let entry = 0
    const attempt = () => {
      for (const { runner, sitting } of places) {
        if (!this.#open.has(runner)) continue
        entry = this.#entryOf(runner, sitting.look)
        if (entry > 0) {
          winner = runner
          return true
        }
      }
      return false
    }
    const slice = () => {
      const open = places.filter(({ runner }) => this.#open.has(runner))
      return Math.min(...open.map(({ sitting }) => sitting.maxSleepMs()))
    }
    try {
      blockInSelect(sittings, clock.now() + timeout, clock.now, attempt, slice)
    } finally {
      for (const sitting of sittings) sitting.leave()
    }
    if (winner === undefined) throw this.emptyError()
    return { from: winner.key, item: winner.contender.handOver(entry) }
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
    const place = Math.floor(Math.random() * (count + 1))
    if (place < count) order.push(order[place] as T)
    order[place] = one
  }
  return order
}

/** Each queue once: one that stands under two keys is known by the first. */
function runnersOf(queues: unknown): NamedCase[] {
  const expected = 'an object whose values are queues'
  if (typeof queues !== 'object' || queues === null) throw invalidType('queues', expected, queues)
  const runners = new Map<Queue<unknown>, NamedCase>()
  for (const [key, queue] of Object.entries(queues)) {
    if (!isQueue(queue)) throw invalidType(`queues.${key}`, 'a Queue', queue)
    if (runners.has(queue)) continue
    const { name } = queue
    const label = name === '' ? `queues.${key}` : `queue '${name}'`
    runners.set(queue, { key, label, contender: queue.contender() })
  }
  if (runners.size === 0) throw invalidValue('queues', `${expected}, at least one`, queues)
  return [...runners.values()]
}

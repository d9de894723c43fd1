import { types } from 'node:util'
import { Frame } from '../src/codec/index.ts'
import { AbortError, CodecError, QueueEmptyError, QueueShutDownError } from '../src/errors.ts'
import { EventLoopYield } from '../src/event-loop-yield.ts'
import { type Limiter, limitKeyOf } from '../src/limits/index.ts'
import {
  type ConsumeRole,
  decideRetry,
  Lane,
  type RunWords,
  type ThreadContext,
} from '../src/protocol/index.ts'
import { attachFor, internalsOf, type Lease, type Source } from '../src/queue/index.ts'
import { link } from '../src/thread-link.ts'
import { clearTimeout, setTimeout } from '../src/timers.ts'
import { type LimitedCall, LimitedCalls } from './limited-calls.ts'
import { Recycling } from './recycling.ts'
import { ExclusiveCall, UnderWay } from './under-way.ts'

/**
 * How long a take may block the thread before it waits asynchronously instead. Blocking is faster, but it
 * stops the event loop.
 */
const BLOCKING_MS = 5
/** The end of a call that took too long: its thread is being terminated. */
export const NEVER = new Promise<never>(() => {})

/** Why no item is at hand: the queue has none now. */
const EMPTY = Symbol('empty')
/** The queue has ended, or the thread is asked to stop. */
const END = Symbol('end')
/** The only call of this thread has returned, and its item is to be finished. */
const RETURNED = Symbol('returned')
/** Not for want of an item, but because the event loop should run. */
const YIELD = Symbol('yield')

/** A promise if the function returned one; undefined if the item of the call is settled. */
type Outcome = Promise<void> | typeof RETURNED | undefined
/** The parts of a role that say how items are called with. */
export type CallsRole = Omit<ConsumeRole, 'kind'>

/** A function that is called with each item. It must not settle the item. */
export type Call = (
  item: unknown,
  thread: ThreadContext,
  lease: Lease<unknown>,
  underWay: UnderWay,
) => unknown

/** Thrown by a Call whose item is to be called with again. */
export class CallAgain {
  readonly delayMs: number
  /** The thread keeps the item meanwhile. */
  readonly isHere: boolean

  constructor(delayMs: number, isHere: boolean) {
    this.delayMs = delayMs
    this.isHere = isHere
  }
}

/** Told when a lane of the consumer waits for items, and when it goes on. */
export interface WaitEvents {
  waits(): void
  goesOn(): void
}

/** The events of which the supervisor hears before the consumer ends. */
export interface ConsumerEvents {
  deadLettered(error: unknown, attempts: number): void
  /**
   * An item has failed for good, and with it this thread, as soon as its other calls have ended. One of them
   * may never end.
   */
  failing(error: unknown): void
}

/** Calls a function with each item of a source; an item is finished when its call has returned. */
export class Consumer {
  readonly #source: Source<unknown>
  readonly #role: CallsRole
  readonly #events: ConsumerEvents
  readonly #words: RunWords
  /** The shared words of the calls; only with `timeout`. */
  readonly #callWords: Int32Array | undefined
  /** The first error that ended one of the lanes, for all of them. */
  #failure: { error: unknown } | undefined
  /** Only where calls run at once. */
  readonly #exclusive: ExclusiveCall | undefined
  /** Ends the waits of the other lanes when one has failed. */
  readonly #over = new AbortController()
  /** One call at a time. */
  readonly #isSingle: boolean
  readonly #recycling: Recycling | undefined
  readonly #limiter: Limiter | undefined
  #waitEvents: WaitEvents | undefined
  /** Until the function is seen to be asynchronous: such a thread has other things to do while it waits. */
  #mayBlock: boolean

  constructor(
    source: Source<unknown>,
    role: CallsRole,
    callWords: Int32Array | undefined,
    words: RunWords,
    limiter: Limiter | undefined,
    events: ConsumerEvents,
  ) {
    this.#source = source
    this.#role = role
    this.#callWords = callWords
    this.#words = words
    this.#events = events
    this.#recycling = Recycling.of(role)
    this.#limiter = limiter
    this.#isSingle = role.concurrency === 1
    this.#mayBlock = this.#isSingle
    this.#exclusive = this.#isSingle ? undefined : new ExclusiveCall(() => words.calls)
  }

  /** It has ended so that another thread goes on. */
  get isRecycled(): boolean {
    return this.#recycling?.isDue === true
  }

  /** Attaches this thread to the queue of `role`. `limiter`: what grants the calls. */
  static async attach(
    role: CallsRole,
    callWords: Int32Array | undefined,
    words: RunWords,
    limiter: Limiter | undefined,
    events: ConsumerEvents,
  ): Promise<Consumer> {
    const source = internalsOf(await attachFor(role.queue, 0)).source
    return new Consumer(source, role, callWords, words, limiter, events)
  }

  /**
   * Resolves at the end of the queue, or when the thread is asked to stop. @throws what failed an item for
   * good
   */
  async consume(call: (...args: never[]) => unknown, thread: ThreadContext): Promise<void> {
    if (types.isGeneratorFunction(call)) throw generatorError()
    const fn = call as (item: unknown, thread: ThreadContext) => unknown
    return this.callEach((item, thread) => fn(item, thread), thread)
  }

  /** As consume, for a function that also sees the lease of its item, and may pause its call. */
  async callEach(call: Call, thread: ThreadContext, waitEvents?: WaitEvents): Promise<void> {
    this.#waitEvents = waitEvents
    const words = this.#callWords
    const lanes = Array.from(
      { length: this.#role.concurrency },
      (_, index) => new UnderWay(this.#words, words && new Lane(words, index), this.#exclusive),
    )
    if (this.#limiter === undefined) await Promise.all(lanes.map((lane) => this.#runLane(call, thread, lane)))
    else await this.#runLimited(this.#limiter, call, thread, lanes)
    this.#source.releaseAhead()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** As #runLane, for all lanes, each of whose calls begins when the limiter grants it. */
  async #runLimited(limiter: Limiter, call: Call, thread: ThreadContext, lanes: readonly UnderWay[]) {
    const isOver = () => this.#failure !== undefined || this.#words.stopsSoon || this.isRecycled
    const source = {
      get isOver() {
        return isOver()
      },
      tryLease: () => {
        const lease = this.#tryLease(() => this.#source.tryLease())
        return typeof lease === 'symbol' ? undefined : lease
      },
      lease: async () => {
        const lease = await this.#lease()
        return lease === END ? undefined : lease
      },
      keyOf: (lease: Lease<unknown>) => this.#keyOf(lease.item),
    }
    const calls = new LimitedCalls(limiter, source, lanes.length, this.#role.mostWaiting)
    const end = () => calls.end()
    for (const signal of [thread.signal, this.#over.signal])
      signal.addEventListener('abort', end, { once: true })
    const reading = calls.read().catch((error) => this.#endBy(error))
    await Promise.all([reading, ...lanes.map((lane) => this.#runLimitedLane(calls, call, thread, lane))])
  }

  async #runLimitedLane(
    calls: LimitedCalls,
    call: Call,
    thread: ThreadContext,
    lane: UnderWay,
  ): Promise<void> {
    const loop = new EventLoopYield()
    const next = async () => {
      this.#waitEvents?.waits()
      const limited = await calls.next()
      this.#waitEvents?.goesOn()
      return limited
    }
    try {
      for (let limited = await next(); limited !== undefined; limited = await next()) {
        await this.#callLimited(limited, call, thread, lane)
        if (loop.shouldYield()) await loop.yield()
      }
    } catch (error) {
      this.#endBy(error)
      calls.laneFailed()
    }
  }

  async #callLimited(limited: LimitedCall, call: Call, thread: ThreadContext, lane: UnderWay): Promise<void> {
    const { lease, broken } = limited
    const throwIt = () => {
      throw broken?.error
    }
    try {
      // Not begun, the item is not charged with a death meanwhile.
      while (this.#exclusive?.ended !== undefined) await this.#exclusive.ended
      if (this.#failure !== undefined || this.#words.stopsSoon) {
        lease.release()
        return
      }
      lease.takeUp()
      const outcome = this.#callInTurn(broken === undefined ? call : throwIt, thread, lease, lane)
      if (outcome === RETURNED) lease.finish()
      else await outcome
    } finally {
      limited.release()
      if (this.isRecycled) this.#over.abort()
    }
  }

  /** The key of the limit of an item. @throws TypeError */
  #keyOf(item: unknown): string {
    if (item instanceof Frame) return item.key
    const { limiter, limitKey } = this.#role
    return limiter?.kind === 'limiter' ? '' : limitKeyOf(item, limitKey)
  }

  #endBy(error: unknown): void {
    this.#failure ??= { error }
    this.#over.abort()
  }

  /** Calls the function with one item after the other. */
  async #runLane(call: Call, thread: ThreadContext, lane: UnderWay): Promise<void> {
    const loop = new EventLoopYield()
    try {
      while (this.#failure === undefined && !this.#words.stopsSoon && !this.isRecycled) {
        let pause = this.#callEach(call, thread, loop, lane)
        if (pause === EMPTY) {
          const lease = await this.#lease()
          pause = lease === END ? END : this.#callFor(lease, call, thread, lane)
        }
        if (pause === END) return
        if (pause instanceof Promise) await pause
        // Promises that are settled already keep the event loop from running as well.
        if (pause === YIELD || loop.shouldYield()) await loop.yield()
      }
    } catch (error) {
      this.#endBy(error)
    }
  }

  /**
   * Calls the function with item after item, without letting the event loop run. Returns why it paused: for
   * the promise of a call, or as the symbols say.
   */
  #callEach(
    call: Call,
    thread: ThreadContext,
    loop: EventLoopYield,
    lane: UnderWay,
  ): Promise<void> | typeof EMPTY | typeof END | typeof YIELD {
    let lease = this.#leaseSync()
    for (;;) {
      if (lease === EMPTY || lease === END) return lease
      // This way is short where calls come one at a time.
      const pending = this.#isSingle
        ? this.#call(call, thread, lease, lane)
        : this.#callInTurn(call, thread, lease, lane)
      if (pending !== undefined && pending !== RETURNED) return pending
      const pauses = loop.shouldYield() || this.#words.stopsSoon || this.#recycling?.isDue === true
      if (pending === undefined) {
        if (pauses) return YIELD
        lease = this.#leaseSync()
      } else if (pauses) {
        lease.finish()
        return YIELD
      } else if (!lease.finishForNext()) {
        lease = this.#leaseSync()
      }
    }
  }

  /** A lease; EMPTY if there was none for so long that the event loop should run. */
  #leaseSync(): Lease<unknown> | typeof EMPTY | typeof END {
    return this.#tryLease(() => {
      const lease = this.#isSingle ? this.#source.tryLeaseAhead() : this.#source.tryLease()
      if (lease !== undefined) return lease
      return this.#mayBlock ? this.#blockForLease() : EMPTY
    })
  }

  #tryLease<E>(take: () => E): E | typeof EMPTY | typeof END {
    try {
      return take()
    } catch (error) {
      if (error instanceof QueueEmptyError) return EMPTY
      if (isEnd(error)) return END
      throw error
    }
  }

  #blockForLease(): Lease<unknown> {
    this.#waitEvents?.waits()
    try {
      return this.#source.leaseSync(BLOCKING_MS)
    } finally {
      this.#waitEvents?.goesOn()
    }
  }

  async #lease(): Promise<Lease<unknown> | typeof END> {
    this.#waitEvents?.waits()
    try {
      return await this.#source.lease({ signal: this.#over.signal })
    } catch (error) {
      if (isEnd(error)) return END
      throw error
    } finally {
      this.#waitEvents?.goesOn()
    }
  }

  /** Calls the function with one item. Returns as #callEach. */
  #callFor(
    lease: Lease<unknown>,
    call: Call,
    thread: ThreadContext,
    lane: UnderWay,
  ): Promise<void> | typeof YIELD {
    const outcome = this.#callInTurn(call, thread, lease, lane)
    if (outcome === RETURNED) lease.finish()
    return typeof outcome === 'object' ? outcome : YIELD
  }

  /**
   * As #call. An item whose last holder died is called with while no other call is under way, and the other
   * lanes wait for that call: so a death is charged to one item only.
   */
  #callInTurn(call: Call, thread: ThreadContext, lease: Lease<unknown>, lane: UnderWay): Outcome {
    const exclusive = this.#exclusive
    if (exclusive === undefined) return this.#call(call, thread, lease, lane)
    if (exclusive.ended !== undefined) {
      lease.release()
      return exclusive.ended
    }
    if (!lease.isSuspect) return this.#call(call, thread, lease, lane)
    if (this.#words.calls === 0)
      return this.#callAlone(exclusive, () => this.#call(call, thread, lease, lane), lane)
    // A call of the next item would need a grant of its own.
    if (this.#limiter !== undefined) {
      lease.setAside()
      const callIt = () => {
        lease.takeUp()
        return this.#call(call, thread, lease, lane)
      }
      return this.#callAlone(exclusive, callIt, lane)
    }
    // Held until the others have ended, it would be charged with a death that one of them causes.
    lease.release()
    const callNext = () => {
      if (this.#failure !== undefined || this.#words.stopsSoon) return undefined
      const next = this.#leaseSync()
      return typeof next === 'symbol' ? undefined : this.#call(call, thread, next, lane)
    }
    return this.#callAlone(exclusive, callNext, lane)
  }

  async #callAlone(exclusive: ExclusiveCall, call: () => Outcome, lane: UnderWay): Promise<void> {
    try {
      await exclusive.run(() => {
        lane.isAlone = true
        return call()
      })
    } finally {
      lane.isAlone = false
    }
  }

  /** Calls the function and settles the item, but for one that the caller is to finish. */
  #call(call: Call, thread: ThreadContext, lease: Lease<unknown>, lane: UnderWay): Outcome {
    let item: unknown
    try {
      item = lease.item
    } catch (error) {
      // The item is given up already: it is a dead letter, or counted as dropped.
      if (error instanceof CodecError) return undefined
      throw error
    }
    let result: unknown
    this.#recycling?.countItem()
    // Lanes that wait for an item would keep the thread.
    if (this.isRecycled) this.#over.abort()
    lane.begin(lease.entry)
    try {
      result = call(item, thread, lease, lane)
    } catch (error) {
      return this.#failed(call, thread, lease, error, lane)
    }
    if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function') {
      return this.#isSingle ? this.#returnedSingly(lease, result, lane) : this.#returned(lease, result, lane)
    }
    this.#mayBlock = false
    lane.goesOnLater()
    return (result as Promise<unknown>).then(
      (value) => this.#returned(lease, value, lane),
      (error) => this.#failed(call, thread, lease, error, lane),
    )
  }

  #returned(lease: Lease<unknown>, value: unknown, lane: UnderWay): Promise<never> | undefined {
    if (!lane.end()) return NEVER
    if (isGenerator(value)) {
      lane.leave()
      this.#fail(lease, generatorError())
    }
    lease.finish()
    lane.leave()
    return undefined
  }

  /** As #returned, but that the caller finishes the item: it may begin the next one in the same step. */
  #returnedSingly(lease: Lease<unknown>, value: unknown, lane: UnderWay): Promise<never> | typeof RETURNED {
    if (!lane.end()) return NEVER
    // Before the next item is begun: a death is charged to what is held while a call is under way.
    lane.leave()
    if (isGenerator(value)) this.#fail(lease, generatorError())
    return RETURNED
  }

  #failed(
    call: Call,
    thread: ThreadContext,
    lease: Lease<unknown>,
    error: unknown,
    lane: UnderWay,
  ): Promise<void> | undefined {
    if (!lane.end()) return NEVER
    lane.leave()
    if (error instanceof CallAgain) {
      if (error.isHere) return this.#callAgain(call, thread, lease, error.delayMs, lane)
      lease.retry(undefined, error.delayMs)
      return undefined
    }
    if (link()?.isAnswer(error)) {
      // The call was interrupted by the request to stop; its item has not failed.
      lease.release()
      throw error
    }
    const { attempt } = lease
    const decision = decideRetry(this.#role, attempt)
    // In an item's history undefined means no failure.
    const noted = error === undefined ? new Error('undefined was thrown') : error
    if (typeof decision === 'number') {
      lease.retry(noted, decision)
    } else if (decision === 'dead-letter') {
      lease.deadLetter(noted)
      this.#events.deadLettered(error, attempt)
    } else {
      this.#fail(lease, error, noted)
    }
    return undefined
  }

  async #callAgain(
    call: Call,
    thread: ThreadContext,
    lease: Lease<unknown>,
    delayMs: number,
    lane: UnderWay,
  ): Promise<void> {
    await passed(delayMs, thread.signal)
    // A call that runs exclusively may have begun meanwhile.
    const exclusive = this.#exclusive
    while (!lane.isAlone && exclusive?.ended !== undefined) await exclusive.ended
    if (this.#words.stopsSoon || this.#failure !== undefined) {
      lease.release()
      return
    }
    try {
      await this.#grantAgain(lease, thread)
    } catch (error) {
      lease.release()
      if (link()?.isAnswer(error)) return
      throw error
    }
    const outcome = this.#call(call, thread, lease, lane)
    if (outcome === RETURNED) lease.finish()
    else await outcome
  }

  /** Each call needs a grant. The place of the item is still taken. */
  async #grantAgain(lease: Lease<unknown>, { signal }: ThreadContext): Promise<void> {
    const limiter = this.#limiter
    if (limiter === undefined) return
    const key = this.#keyOf(lease.item)
    await limiter.acquire(() => limiter.find(key), 1, false, { timeout: Number.POSITIVE_INFINITY, signal })
  }

  /** No retry helps: the item is delivered to another thread, and this one is over. @throws `error` */
  #fail(lease: Lease<unknown>, error: unknown, noted = error): never {
    lease.retry(noted)
    this.#events.failing(error)
    throw error
  }
}

/** Resolves after `ms`, or when `signal` aborts. */
function passed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

/** Also true for what a compiler has made of a generator, for an older target. */
function isGenerator(value: unknown): boolean {
  // Most functions return undefined.
  if (typeof value !== 'object' || value === null) return false
  const { next, return: close, throw: raise } = value as Partial<Generator>
  return [next, close, raise].every((method) => typeof method === 'function')
}

function generatorError(): TypeError {
  const message =
    'the function returned a generator, of which nothing runs: the items of a generator are for `produce`'
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_RETURN_VALUE' })
}

/** The queue has ended, or the thread is asked to stop. */
function isEnd(error: unknown): boolean {
  return error instanceof QueueShutDownError || error instanceof AbortError
}

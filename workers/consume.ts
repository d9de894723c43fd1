import { types } from 'node:util'
import { AbortError, CodecError, QueueEmptyError, QueueShutDownError } from '../src/errors.ts'
import type { ConsumeRole, RunWords, ThreadContext } from '../src/protocol/index.ts'
import { decideRetry, Lane } from '../src/protocol/index.ts'
import { attachFor, type LeaseSource, type Queue } from '../src/queue/index.ts'
import { link } from '../src/thread-link.ts'
import { EventLoopYield } from './event-loop-yield.ts'
import { ExclusiveCall } from './exclusive-call.ts'

/**
 * How long a take may block the thread until it waits asynchronously instead, in ms: blocking is faster, but
 * stops the event loop.
 */
const BLOCKING = 5
/** Of a call that took too long: its thread is being terminated. */
const NEVER = new Promise<never>(() => {})

type Call = (item: unknown, thread: ThreadContext) => unknown

/** What the supervisor hears of before the consumer ends. */
export interface ConsumerEvents {
  gaveUp(error: unknown, attempts: number): void
  /**
   * An item has failed for good, and with it this thread, as soon as its other calls have ended: one of them
   * may never.
   */
  failing(error: unknown): void
}

/** Calls a function with each item of a queue; an item is finished when its call has returned. */
export class Consumer {
  readonly #source: LeaseSource<unknown>
  readonly #role: ConsumeRole
  readonly #tell: ConsumerEvents
  /** Where its calls are told of; only with `timeout`. */
  readonly #calls: Int32Array | undefined
  /** What ended one of the calls under way, for all of them. */
  #failure: { error: unknown } | undefined
  readonly #control: RunWords
  /** Only where calls run at once. */
  readonly #exclusive: ExclusiveCall | undefined
  /** Ends the waits of the others then. */
  readonly #over = new AbortController()
  /** Until the function is seen to be asynchronous: such a thread has other things to do while it waits. */
  #mayBlock: boolean

  private constructor(
    queue: Queue<unknown>,
    role: ConsumeRole,
    calls: Int32Array | undefined,
    control: RunWords,
    tell: ConsumerEvents,
  ) {
    this.#source = queue.leaseSource()
    this.#role = role
    this.#calls = calls
    this.#control = control
    this.#tell = tell
    this.#mayBlock = role.concurrency === 1
    this.#exclusive = role.concurrency === 1 ? undefined : new ExclusiveCall(() => control.calls)
  }

  static async attach(
    role: ConsumeRole,
    calls: Int32Array | undefined,
    control: RunWords,
    tell: ConsumerEvents,
  ): Promise<Consumer> {
    return new Consumer(await attachFor(role.queue, 0), role, calls, control, tell)
  }

  /**
   * Resolves at the end of the queue, or when the thread is asked to stop. @throws what failed an item for
   * good
   */
  async consume(call: (...args: never[]) => unknown, thread: ThreadContext): Promise<void> {
    if (types.isGeneratorFunction(call)) throw generatorError()
    const calls = this.#calls
    const control = this.#control
    const lanes = Array.from({ length: this.#role.concurrency }, (_, index) =>
      this.#work(call as Call, thread, control, calls && new Lane(calls, index)),
    )
    await Promise.all(lanes)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** One item after the other. */
  async #work(call: Call, thread: ThreadContext, control: RunWords, lane: Lane | undefined): Promise<void> {
    const turns = new EventLoopYield()
    try {
      while (this.#failure === undefined && !control.stopsSoon) {
        let pause = this.#callEach(call, thread, control, turns, lane)
        if (pause === EMPTY) {
          const entry = await this.#lease()
          pause = entry === END ? END : (this.#callInTurn(call, thread, entry, lane) ?? TURN)
        }
        if (pause === END) return
        if (pause instanceof Promise) await pause
        // Promises that are settled already keep the event loop from turning as well.
        if (pause === TURN || turns.isDue) await turns.turn()
      }
    } catch (error) {
      this.#failure ??= { error }
      this.#over.abort()
    }
  }

  /**
   * Calls the function with item after item, without a turn of the event loop. Returns why it paused: for a
   * call's promise?
   */
  #callEach(
    call: Call,
    thread: ThreadContext,
    control: RunWords,
    turns: EventLoopYield,
    lane: Lane | undefined,
  ): Promise<void> | Pause {
    do {
      const entry = this.#leaseSync()
      if (entry <= 0) return entry as Pause
      const pending = this.#callInTurn(call, thread, entry, lane)
      if (pending !== undefined) return pending
    } while (!turns.isDue && !control.stopsSoon)
    return TURN
  }

  /**
   * An entry; END if none is to be had; EMPTY if there was none for so long that the event loop should turn.
   */
  #leaseSync(): number {
    try {
      const entry = this.#source.tryLease()
      return entry > 0 || !this.#mayBlock ? entry : this.#source.leaseSync(BLOCKING)
    } catch (error) {
      return endOf(error)
    }
  }

  /** An entry, or END. */
  async #lease(): Promise<number> {
    try {
      return await this.#source.lease({ signal: this.#over.signal })
    } catch (error) {
      return endOf(error)
    }
  }

  /** As #call; an item whose last holder died is called with by itself. While one is, the others wait. */
  #callInTurn(
    call: Call,
    thread: ThreadContext,
    entry: number,
    lane: Lane | undefined,
  ): Promise<void> | undefined {
    const exclusive = this.#exclusive
    if (exclusive === undefined) return this.#call(call, thread, entry, lane)
    if (exclusive.ended !== undefined) {
      this.#source.uncounted(entry)
      return exclusive.ended
    }
    if (!this.#source.isSuspect(entry)) return this.#call(call, thread, entry, lane)
    if (this.#control.calls === 0) return exclusive.run(() => this.#call(call, thread, entry, lane))
    // Held until the others have ended, it would be charged with a death that one of them causes.
    this.#source.uncounted(entry)
    return exclusive.run(() => {
      if (this.#failure !== undefined || this.#control.stopsSoon) return undefined
      const next = this.#leaseSync()
      return next > 0 ? this.#call(call, thread, next, lane) : undefined
    })
  }

  /** Calls the function and settles the item; a promise only if the function gave one. */
  #call(call: Call, thread: ThreadContext, entry: number, lane: Lane | undefined): Promise<void> | undefined {
    let item: unknown
    try {
      item = this.#source.read(entry)
    } catch (error) {
      // Given up already, it is among the dead letters, or counted as dropped.
      if (error instanceof CodecError) return undefined
      throw error
    }
    let result: unknown
    lane?.begin(entry)
    this.#control.callBegins()
    try {
      result = call(item, thread)
    } catch (error) {
      return this.#failed(entry, error, lane)
    }
    if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function')
      return this.#returned(entry, result, lane)
    this.#mayBlock = false
    lane?.waits()
    return (result as Promise<unknown>).then(
      (value) => this.#returned(entry, value, lane),
      (error) => this.#failed(entry, error, lane),
    )
  }

  #returned(entry: number, value: unknown, lane: Lane | undefined): Promise<never> | undefined {
    if (lane?.end() === false) return NEVER
    if (isGenerator(value)) {
      this.#callEnds()
      this.#fail(entry, generatorError())
    }
    this.#source.finish(entry)
    this.#callEnds()
    return undefined
  }

  #callEnds(): void {
    this.#control.callEnds()
    this.#exclusive?.callEnded()
  }

  #failed(entry: number, error: unknown, lane: Lane | undefined): Promise<never> | undefined {
    if (lane?.end() === false) return NEVER
    this.#callEnds()
    if (link()?.isAnswer(error)) {
      // Interrupted, not failed.
      this.#source.uncounted(entry)
      throw error
    }
    const attempts = this.#source.attempts(entry)
    const decision = decideRetry(this.#role, attempts)
    // In an item's history undefined is no failure.
    const noted = error === undefined ? new Error('undefined was thrown') : error
    if (typeof decision === 'number') {
      this.#source.again(entry, noted, decision)
    } else if (decision === 'dead-letter') {
      this.#source.giveUp(entry, noted)
      this.#tell.gaveUp(error, attempts)
    } else {
      this.#fail(entry, error, noted)
    }
    return undefined
  }

  /** No retry helps: the item goes back, and the thread is over. @throws `error` */
  #fail(entry: number, error: unknown, noted = error): never {
    this.#source.again(entry, noted)
    this.#tell.failing(error)
    throw error
  }
}

/**
 * Why no item is at hand: the queue has none now, or none any more. TURN: because the event loop should turn.
 */
type Pause = typeof EMPTY | typeof END | typeof TURN
const EMPTY = 0
const END = -1
const TURN = -2

/** Also what a compiler has made of one, for an older target. */
function isGenerator(value: unknown): boolean {
  if (types.isGeneratorObject(value)) return true
  const { next, return: close, throw: raise } = (value ?? {}) as Partial<Generator>
  return [next, close, raise].every((method) => typeof method === 'function')
}

function generatorError(): TypeError {
  const message =
    'the function returned a generator, of which nothing runs: the items of a generator are for `produce`'
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_RETURN_VALUE' })
}

function endOf(error: unknown): number {
  if (error instanceof QueueEmptyError) return EMPTY
  if (error instanceof QueueShutDownError || error instanceof AbortError) return END
  throw error
}

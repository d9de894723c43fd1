import type { AsyncResource } from 'node:async_hooks'
import { RateGate } from '../../limits/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import type { RunHooks } from '../flow.ts'
import type { StageLimit } from '../stage-limit.ts'
import type { Executor, StageEvents } from './executor.ts'
import { Fifo } from './fifo.ts'
import { itemError, shown } from './item-error.ts'
import type { StageItem } from './stage-item.ts'

// biome-ignore lint/suspicious/noExplicitAny: any function
type AnyFunction = (...args: any[]) => unknown

/** A stage whose function runs on the thread of the pipeline. */
export interface LocalStageSettings {
  readonly how: 'map' | 'filter' | 'flatMap'
  readonly name: string
  readonly fn: AnyFunction
  readonly concurrency: number
  readonly retries: number
  readonly backoff: number
  /** ms that asynchronous calls under way have when the run ends early. */
  readonly grace: number
  readonly limit: StageLimit | undefined
  /** Calls may have to wait for the turn of another item, which therefore keeps a lane while it waits. */
  readonly keepsLanes: boolean
  readonly frames: string
  readonly context: AsyncResource
}

interface Outputs {
  readonly item: StageItem
  readonly iterator: Iterator<unknown> | AsyncIterator<unknown>
  /** From the iterator's start: after a retry it begins anew. */
  number: number
  isWaiting: boolean
}

/** Calls a plain function with items, in the asynchronous context of whoever reads the run. */
export class LocalExecutor implements Executor {
  readonly threads = 0
  readonly threadsAtWork = 0
  readonly busy: readonly number[] = []
  readonly #settings: LocalStageSettings
  readonly #events: StageEvents
  readonly #hooks: RunHooks
  readonly #context: AsyncResource
  readonly #timers = new Set<NodeJS.Timeout>()
  /** The outputs of flatMap that are not exhausted. */
  readonly #open = new Fifo<Outputs>()
  /** Asynchronous calls under way. */
  readonly #pending = new Set<Promise<unknown>>()
  #underWay = 0
  #isOver = false
  readonly #gate: RateGate<StageItem> | undefined
  /** For each call under way, gives the place of its key back. */
  readonly #releases = new Map<StageItem, () => void>()

  constructor(settings: LocalStageSettings, events: StageEvents, hooks: RunHooks) {
    this.#settings = settings
    this.#context = settings.context
    this.#events = events
    this.#hooks = hooks
    this.#gate = settings.limit && this.#newGate(settings.limit)
  }

  readonly looksSoon = false

  get isReady(): boolean {
    const { concurrency, keepsLanes } = this.#settings
    const waiting = this.#gate && keepsLanes ? this.#gate.parked + this.#timers.size : 0
    if (this.#underWay + waiting >= concurrency) return false
    // Without keys, all items wait for the same.
    return this.#gate === undefined || this.#settings.limit?.isKeyed === true || this.#gate.parked === 0
  }

  dispatch(item: StageItem): void {
    item.origin.begin()
    this.#begin(item)
  }

  drain(): void {
    for (let left = this.#open.size; left > 0 && this.#events.wantsOutputs; left--) {
      const outputs = this.#open.shift() as Outputs
      if (outputs.isWaiting) this.#open.push(outputs)
      else this.#readOutputs(outputs)
    }
  }

  flush(): void {}

  setTurn(): void {}

  async finish(): Promise<void> {
    this.#isOver = true
  }

  async stop(): Promise<void> {
    this.#isOver = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#gate?.clear()
    for (const release of this.#releases.values()) release()
    this.#releases.clear()
    for (let outputs = this.#open.shift(); outputs !== undefined; outputs = this.#open.shift()) {
      this.#pending.add(this.#closeQuietly(outputs.iterator))
    }
    await this.#untilSettled()
  }

  /** Nothing can end a call on this thread: those that take longer than `grace` go on, and count no more. */
  async #untilSettled(): Promise<void> {
    if (this.#pending.size === 0) return
    const { grace } = this.#settings
    await new Promise<void>((resolve) => {
      const timer = grace === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, grace)
      void Promise.allSettled(this.#pending).then(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #newGate({ limiter }: StageLimit): RateGate<StageItem> {
    const gate = new RateGate<StageItem>(limiter, {
      granted: ({ item, release }) => {
        this.#releases.set(item, release)
        this.#underWay++
        this.#call(item)
        this.#hooks.wake()
      },
      failed: (_item, error) => this.#hooks.fail(error),
    })
    for (let lanes = this.#settings.concurrency; lanes > 0; lanes--) gate.laneFreed()
    return gate
  }

  /** Calls the function, as soon as the limit allows it. */
  #begin(item: StageItem): void {
    const { limit } = this.#settings
    if (this.#gate === undefined || limit === undefined) {
      this.#underWay++
      this.#call(item)
      return
    }
    try {
      this.#gate.offer(item, limit.keyOf(item.entry.value))
    } catch (error) {
      this.#hooks.fail(error)
    }
  }

  /** The call of the item has ended; another may begin. */
  #leave(item: StageItem): void {
    this.#underWay--
    this.#releases.get(item)?.()
    this.#releases.delete(item)
    this.#gate?.laneFreed()
  }

  #call(item: StageItem): void {
    let output: unknown
    let isLate: boolean
    try {
      output = this.#context.runInAsyncScope(this.#settings.fn, undefined, item.entry.value)
      isLate = isThenable(output)
    } catch (error) {
      this.#threw(item, error)
      return
    }
    if (!isLate) {
      this.#returned(item, output)
      return
    }
    const settled: Promise<void> = Promise.resolve(output).then(
      (value) => this.#later(settled, () => this.#returned(item, value)),
      (error) => this.#later(settled, () => this.#threw(item, error)),
    )
    this.#pending.add(settled)
  }

  #later(settled: Promise<void>, then: () => void): void {
    this.#pending.delete(settled)
    if (this.#isOver) return
    then()
    this.#hooks.wake()
  }

  #returned(item: StageItem, output: unknown): void {
    const { how } = this.#settings
    if (how === 'flatMap') {
      let iterator: Outputs['iterator']
      try {
        iterator = iteratorOf(output)
      } catch (error) {
        this.#threw(item, error)
        return
      }
      this.#readOutputs({ item, iterator, number: 0, isWaiting: false })
      return
    }
    if (how === 'map') this.#events.output(item, 0, output)
    else if (output) this.#events.output(item, 0, item.entry.value)
    this.#done(item)
  }

  /** Reads outputs as long as they are wanted. */
  #readOutputs(outputs: Outputs): void {
    const { item, iterator } = outputs
    while (!this.#isOver && (item.buffered === 0 || this.#events.wantsOutputsOf(item))) {
      let step: unknown
      let result: IteratorResult<unknown> | undefined
      try {
        step = this.#context.runInAsyncScope(() => iterator.next())
        result = isThenable(step) ? undefined : resultOf(step)
      } catch (error) {
        this.#threw(item, error)
        return
      }
      if (result === undefined) {
        outputs.isWaiting = true
        this.#keep(outputs)
        this.#awaitOutput(outputs, step)
        return
      }
      if (!this.#take(outputs, result)) return
    }
    this.#keep(outputs)
  }

  #keep(outputs: Outputs): void {
    // The iterator itself may have ended the run.
    if (this.#isOver) void this.#closeQuietly(outputs.iterator)
    else this.#open.push(outputs)
  }

  #awaitOutput(outputs: Outputs, step: unknown): void {
    const arrived = (then: () => boolean) =>
      this.#later(settled, () => {
        outputs.isWaiting = false
        // It stays among the open ones if there is more.
        if (!then()) this.#remove(outputs)
      })
    const settled: Promise<void> = Promise.resolve(step)
      .then(resultOf)
      .then(
        (result) => arrived(() => this.#take(outputs, result)),
        (error) =>
          arrived(() => {
            this.#threw(outputs.item, error)
            return false
          }),
      )
    this.#pending.add(settled)
  }

  #remove(outputs: Outputs): void {
    for (let left = this.#open.size; left > 0; left--) {
      const each = this.#open.shift() as Outputs
      if (each !== outputs) this.#open.push(each)
    }
  }

  /** True if there is more. */
  #take(outputs: Outputs, { value, done }: IteratorResult<unknown>): boolean {
    if (done) this.#done(outputs.item)
    else this.#events.output(outputs.item, outputs.number++, value)
    return !done
  }

  #done(item: StageItem): void {
    this.#events.done(item)
    this.#events.free(item)
    this.#leave(item)
  }

  #threw(item: StageItem, thrown: unknown): void {
    if (this.#isOver) return
    item.addFailure({ at: Date.now(), thread: 0, error: thrown })
    const { retries, backoff, name, frames } = this.#settings
    const throws = item.failures.length
    if (throws <= retries) {
      this.#events.retried(item)
      // Without a limit, the lane is kept for the item.
      const isLimited = this.#gate !== undefined
      if (isLimited) this.#leave(item)
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer)
          if (isLimited) this.#begin(item)
          else this.#call(item)
          this.#hooks.wake()
        },
        Math.min(backoff * 2 ** (throws - 1), 0x7fffffff),
      )
      this.#timers.add(timer)
      return
    }
    const place = { name, filename: '', exportName: name, item: item.entry.index, thread: undefined, frames }
    this.#events.failed(item, itemError(shown(thrown), thrown, place))
    this.#events.free(item)
    this.#leave(item)
  }

  async #closeQuietly(iterator: Outputs['iterator']): Promise<void> {
    try {
      await this.#context.runInAsyncScope(() => iterator.return?.())
    } catch {
      // The run has ended for another reason.
    }
  }
}

/** @throws TypeError for what is not iterable, and what its methods throw */
function iteratorOf(output: unknown): Outputs['iterator'] {
  if (output === null || output === undefined || typeof output === 'string') throw notIterable(output)
  const { [Symbol.asyncIterator]: many, [Symbol.iterator]: several } = output as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >
  if (typeof many === 'function') return many.call(output)
  if (typeof several === 'function') return several.call(output)
  throw notIterable(output)
}

/** Reads the answer of an iterator once. @throws TypeError if it is no object; what its getters throw */
function resultOf(step: unknown): IteratorResult<unknown> {
  if (typeof step !== 'object' || step === null) {
    throw new TypeError(`the result of next() of an iterator is no object: ${String(step)}`)
  }
  const { value, done } = step as IteratorResult<unknown>
  return { value, done: Boolean(done) } as IteratorResult<unknown>
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

function notIterable(output: unknown): TypeError {
  const message = `the function of flatMap must return an array, an iterable or a generator, and returned ${
    output === null ? 'null' : typeof output === 'object' ? 'an object' : `a ${typeof output}`
  }`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_RETURN_VALUE' })
}

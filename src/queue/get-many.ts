import { types } from 'node:util'
import { integer, invalidType, invalidValue, type Known, optionsObject, outOfRange } from '../check.ts'
import { codecs } from '../codec/index.ts'
import {
  AbortError,
  BlockingMainThreadError,
  DetachedError,
  QueueEmptyError,
  QueueShutDownError,
  TooManyInFlightError,
} from '../errors.ts'
import { type Batch, EMPTY, type HeldLease, type Takes } from './access/index.ts'
import { type HasInternals, internalsOf } from './internals.ts'
import { durationOf, type WaitOptions } from './options/index.ts'
import { carrying, countdown } from './several.ts'

/**
 * Each item is got by itself, although one operation may take several: a batch has no atomicity of its own.
 */

/** Options of getMany and takeMany. */
export interface BatchOptions extends WaitOptions {
  /**
   * How long to wait for more after the first item, in ms, 0 to 2^31 - 1.
   * @default 0
   */
  linger?: number | undefined
}

/** Options of getMany that fill an array of the caller. */
export interface IntoOptions extends BatchOptions {
  /**
   * Receives the items, from index 0 on: at most its length. For `codecs.int32` an Int32Array or a
   * Float64Array, for `codecs.float64` a Float64Array. It must keep its memory until the call is over.
   */
  into: Int32Array | Float64Array
}

const BATCH_OPTIONS: Known<BatchOptions> = { timeout: true, signal: true, linger: true }
const INTO_OPTIONS: Known<IntoOptions> = { ...BATCH_OPTIONS, into: true }

/** The methods of a queue that a batch is made of. */
interface Gettable<T> extends HasInternals<T> {
  get(options?: WaitOptions): Promise<T>
  getSync(options?: WaitOptions): T
  tryGet(): T | typeof EMPTY
}

/** @internal `isPlain`: no class of the user's overrides the methods of one item. */
export async function getMany<T>(
  queue: Gettable<T>,
  max: number,
  options: BatchOptions | IntoOptions | undefined,
  isPlain: boolean,
): Promise<T[] | number> {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const given =
    options === undefined ? undefined : optionsObject('options', options as IntoOptions, INTO_OPTIONS)
  const lingerMs = given && lingerOf(given)
  const items = new ItemCollector(queue, given && intoOf(queue, given.into), isPlain)
  await collect(queue, items, items.atMost(max), lingerMs, given)
  return items.result
}

/** @internal */
export function getManySync<T>(
  queue: Gettable<T>,
  max: number,
  options: BatchOptions | IntoOptions | undefined,
  isPlain: boolean,
): T[] | number {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const given =
    options === undefined ? undefined : optionsObject('options', options as IntoOptions, INTO_OPTIONS)
  const lingerMs = given && lingerOf(given)
  const items = new ItemCollector(queue, given && intoOf(queue, given.into), isPlain)
  collectSync(queue, items, items.atMost(max), lingerMs, given)
  return items.result
}

/** @internal */
export async function takeMany<T>(
  queue: HasInternals<T>,
  max: number,
  options?: BatchOptions,
): Promise<Batch<T>> {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const leases = new LeaseCollector(queue)
  const given = options === undefined ? undefined : optionsObject('options', options, BATCH_OPTIONS)
  await collect(queue, leases, max, given && lingerOf(given), given)
  return leases.result
}

/** @internal */
export function takeManySync<T>(queue: HasInternals<T>, max: number, options?: BatchOptions): Batch<T> {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const leases = new LeaseCollector(queue)
  const given = options === undefined ? undefined : optionsObject('options', options, BATCH_OPTIONS)
  collectSync(queue, leases, max, given && lingerOf(given), given)
  return leases.result
}

/** Where the items of a batch are collected. */
interface Collector {
  readonly count: number
  /** Adds up to `most` items that are there, several at once. False: `one` must say why there are none. */
  some(most: number): boolean
  /** Adds one item if there is one now. */
  one(): boolean
  next(options: WaitOptions): Promise<void>
  nextSync(options: WaitOptions | undefined): void
  /** An error that does not only end the batch. @throws it, unless the batch is whole without more */
  fail(error: unknown): void
}

/** `options` are those of the wait for the first item. */
async function collect(
  queue: HasInternals<unknown>,
  to: Collector,
  max: number,
  lingerMs: number | undefined,
  options: BatchOptions | undefined,
): Promise<void> {
  const isBegun = mayBegin(options) && startsWith(to, max)
  if (!isBegun) await to.next(waitOptions(options))
  const leftMs = lingerMs === undefined ? noTime : countdown(lingerMs)
  try {
    while (to.count < max && internalsOf(queue).mayHold > 0) {
      if (to.some(max - to.count) || to.one()) continue
      if (leftMs() <= 0) break
      await to.next({ timeout: leftMs(), signal: options?.signal })
    }
  } catch (error) {
    if (!onlyEnds(error)) to.fail(error)
  }
}

/** As collect, blocking this thread. */
function collectSync(
  queue: HasInternals<unknown>,
  to: Collector,
  max: number,
  lingerMs: number | undefined,
  options: BatchOptions | undefined,
): void {
  const isBegun = mayBegin(options) && startsWith(to, max)
  if (!isBegun) to.nextSync(mayBegin(options) ? undefined : waitOptions(options))
  const leftMs = lingerMs === undefined ? noTime : countdown(lingerMs)
  try {
    while (to.count < max && internalsOf(queue).mayHold > 0) {
      if (to.some(max - to.count) || to.one()) continue
      if (leftMs() <= 0) break
      to.nextSync({ timeout: leftMs() })
    }
  } catch (error) {
    if (!onlyEnds(error)) to.fail(error)
  }
}

/** No option must be heeded before the first item. */
function mayBegin(options: BatchOptions | undefined): boolean {
  return options?.timeout === undefined && options?.signal === undefined
}

function startsWith(to: Collector, max: number): boolean {
  try {
    return to.some(max)
  } catch (error) {
    to.fail(error)
    return false
  }
}

function noTime(): number {
  return 0
}

function waitOptions(options: BatchOptions | undefined): WaitOptions {
  return { timeout: options?.timeout, signal: options?.signal }
}

/** Items that are settled by taskDone, in an array of their own or in one of the caller. */
class ItemCollector<T> implements Collector {
  count = 0
  readonly #queue: Gettable<T>
  readonly #items: { [index: number]: T }
  readonly #isInto: boolean
  readonly #isPlain: boolean
  readonly #onBroken = (before: number): void => {
    this.count += before
  }

  constructor(queue: Gettable<T>, into: ArrayLike<number> | undefined, isPlain: boolean) {
    this.#queue = queue
    this.#isPlain = isPlain
    this.#isInto = into !== undefined
    this.#items = (into ?? []) as unknown as { [index: number]: T }
  }

  /** How many may be collected. */
  atMost(max: number): number {
    return this.#isInto ? Math.min(max, (this.#items as unknown as ArrayLike<number>).length) : max
  }

  get result(): T[] | number {
    return this.#isInto ? this.count : (this.#items as T[])
  }

  some(most: number): boolean {
    if (!this.#isPlain) return false
    const some = internalsOf(this.#queue).takes.getSome(this.#items, this.count, most, this.#onBroken)
    this.count += some
    return some > 0
  }

  one(): boolean {
    const item = this.#queue.tryGet()
    if (item === EMPTY) return false
    this.#items[this.count++] = item
    return true
  }

  async next(options: WaitOptions): Promise<void> {
    const item = await this.#queue.get(options)
    this.#items[this.count++] = item
  }

  nextSync(options: WaitOptions | undefined): void {
    const item = this.#queue.getSync(options)
    this.#items[this.count++] = item
  }

  fail(error: unknown): void {
    // Items that a thread holds are delivered again when it detaches; those that are finished are not.
    if (error instanceof DetachedError && internalsOf(this.#queue).description.ack === 'auto') {
      if (this.count === 0) throw error
      // The codec has detached the thread after it had decoded some more, which are not finished.
      if (!this.#isInto) (this.#items as T[]).length = this.count
      return
    }
    if (this.count === 0) throw error
    // This thread holds them, or nobody does.
    throw carrying(error, { items: Array.from({ length: this.count }, (_, index) => this.#items[index]) })
  }
}

/** Leases, each settled by itself. */
class LeaseCollector<T> implements Collector {
  readonly #takes: Takes<T>
  readonly #leases: HeldLease<T>[] = []

  constructor(queue: HasInternals<T>) {
    this.#takes = internalsOf(queue).takes
  }

  get count(): number {
    return this.#leases.length
  }

  get result(): Batch<T> {
    return this.#takes.batchOf(this.#leases)
  }

  some(most: number): boolean {
    return this.#takes.takeSome(this.#leases, most) > 0
  }

  one(): boolean {
    const lease = this.#takes.takeOne()
    if (lease !== undefined) this.#leases.push(lease)
    return lease !== undefined
  }

  async next(options: WaitOptions): Promise<void> {
    const lease = await this.#takes.takeNext(options)
    this.#leases.push(lease)
  }

  nextSync(options: WaitOptions | undefined): void {
    this.#leases.push(this.#takes.takeNextSync(options))
  }

  fail(error: unknown): void {
    this.#takes.dissolve(this.#leases)
    throw error
  }
}

function lingerOf({ linger }: { readonly linger?: unknown }): number {
  return linger === undefined ? 0 : durationOf('options.linger', linger)
}

function intoOf(queue: HasInternals<unknown>, into: unknown): Int32Array | Float64Array | undefined {
  if (into === undefined) return undefined
  const { codec } = internalsOf(queue).description
  if (codec !== codecs.int32 && codec !== codecs.float64) {
    const { label } = internalsOf(queue)
    const expected = `absent: ${label} has the codec ${codec.name}, not codecs.int32 or codecs.float64`
    throw invalidValue('options.into', expected, into)
  }
  const isInt32 = codec === codecs.int32
  if (!types.isFloat64Array(into) && !(isInt32 && types.isInt32Array(into))) {
    const expected = isInt32 ? 'an Int32Array or a Float64Array' : 'a Float64Array'
    throw invalidType('options.into', expected, into)
  }
  if (into.length === 0) throw outOfRange('options.into.length', 'at least 1', 0)
  return into
}

/**
 * Errors that only end a batch. The caller has the items that came before, and hears the reason from the next
 * call, if it still holds.
 */
const ENDS = [QueueEmptyError, QueueShutDownError, AbortError, TooManyInFlightError, BlockingMainThreadError]

function onlyEnds(error: unknown): boolean {
  return ENDS.some((kind) => error instanceof kind)
}

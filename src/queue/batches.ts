import { types } from 'node:util'
import { integer, invalidType, invalidValue, type Known, optionsObject, outOfRange } from '../check.ts'
import { clock } from '../clock.ts'
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
import {
  checkPutOptions,
  durationOf,
  isStoppable,
  PUT_OPTIONS,
  type PutOptions,
  type PutResult,
  signalOf,
  timeoutOf,
  type WaitOptions,
} from './options/index.ts'

/**
 * Several items in one call, of which some are moved by one operation. A batch has no atomicity beyond its
 * items'.
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
   * Float64Array, for `codecs.float64` a Float64Array.
   */
  into: Int32Array | Float64Array
}

const BATCH_OPTIONS: Known<BatchOptions> = { timeout: true, signal: true, linger: true }
const INTO_OPTIONS: Known<IntoOptions> = { ...BATCH_OPTIONS, into: true }

/** The methods of a queue that a batch is made of. */
interface Puttable<T> extends HasInternals<T> {
  put(item: T, options?: PutOptions): Promise<PutResult>
  putSync(item: T, options?: PutOptions): PutResult
}
interface Gettable<T> extends HasInternals<T> {
  get(options?: WaitOptions): Promise<T>
  getSync(options?: WaitOptions): T
  tryGet(): T | typeof EMPTY
}

/** @internal */
export async function putMany<T>(
  queue: Puttable<T>,
  items: Iterable<T>,
  options?: PutOptions,
): Promise<number> {
  const signal = signalOf(options)
  const leftMs = options && countdown(timeoutOf(options, PUT_OPTIONS))
  const limits = () => leftMs && { ...options, timeout: leftMs(), signal }
  if (options !== undefined) checkPutOptions(options, isRanked(queue))
  let stored = 0
  try {
    const list = listOf(items)
    if (list === undefined) {
      for (const item of items) if ((await queue.put(item, limits())) !== 'dropped') stored++
      return stored
    }
    const { puts } = internalsOf(queue)
    const rest: Buffer[] = []
    for (let next = 0; next < list.length; ) {
      const some = signal?.aborted ? 0 : puts.putSome(list, next, rest)
      stored += some
      next += some + rest.length
      for (let bytes = rest.shift(); bytes !== undefined; bytes = rest.shift()) {
        if ((await puts.putEncoded(bytes, limits() ?? {})) !== 'dropped') stored++
      }
      // An item that could not be put with others is put by itself, and waits if there is no room.
      if (some > 0 || next >= list.length) continue
      if ((await queue.put(list[next++] as T, limits())) !== 'dropped') stored++
    }
  } catch (error) {
    throw carrying(error, { stored })
  }
  return stored
}

/** @internal */
export function putManySync<T>(queue: Puttable<T>, items: Iterable<T>, options?: PutOptions): number {
  const signal = isStoppable(options) ? options?.signal : undefined
  const leftMs = options && countdown(timeoutOf(options, PUT_OPTIONS))
  const limits = () => leftMs && { ...options, timeout: leftMs(), signal }
  if (options !== undefined) checkPutOptions(options, isRanked(queue))
  let stored = 0
  try {
    const list = listOf(items)
    if (list === undefined) {
      for (const item of items) if (queue.putSync(item, limits()) !== 'dropped') stored++
      return stored
    }
    const { puts } = internalsOf(queue)
    const rest: Buffer[] = []
    for (let next = 0; next < list.length; ) {
      const some = puts.putSome(list, next, rest)
      stored += some
      next += some + rest.length
      for (let bytes = rest.shift(); bytes !== undefined; bytes = rest.shift()) {
        if (puts.putEncodedSync(bytes, limits() ?? {}) !== 'dropped') stored++
      }
      if (some > 0 || next >= list.length) continue
      if (queue.putSync(list[next++] as T, limits()) !== 'dropped') stored++
    }
  } catch (error) {
    throw carrying(error, { stored })
  }
  return stored
}

/** Those of the language: a program that puts others in their place wants them asked. */
const ARRAY_ITERATOR = Array.prototype[Symbol.iterator]
const TYPED_ARRAY_ITERATOR = Int32Array.prototype[Symbol.iterator]

/**
 * An array or typed array, whose items can be read in any order; undefined for any other iterable, which is
 * asked for one item at a time. @throws TypeError if it is no iterable
 */
function listOf<T>(items: Iterable<T>): ArrayLike<T> | undefined {
  const iterator = (items as Iterable<T> | null)?.[Symbol.iterator]
  if (typeof iterator !== 'function') throw invalidType('items', 'an iterable', items)
  const isList = Array.isArray(items)
    ? iterator === ARRAY_ITERATOR
    : iterator === TYPED_ARRAY_ITERATOR && types.isTypedArray(items)
  return isList ? (items as unknown as ArrayLike<T>) : undefined
}

/** @internal */
export async function getMany<T>(
  queue: Gettable<T>,
  max: number,
  options?: BatchOptions | IntoOptions,
): Promise<T[] | number> {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const given =
    options === undefined ? undefined : optionsObject('options', options as IntoOptions, INTO_OPTIONS)
  const lingerMs = given && lingerOf(given)
  const items = new ItemCollector(queue, given && intoOf(queue, given.into))
  await collect(queue, items, items.atMost(max), lingerMs, options)
  return items.result
}

/** @internal */
export function getManySync<T>(
  queue: Gettable<T>,
  max: number,
  options?: BatchOptions | IntoOptions,
): T[] | number {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const given =
    options === undefined ? undefined : optionsObject('options', options as IntoOptions, INTO_OPTIONS)
  const lingerMs = given && lingerOf(given)
  const items = new ItemCollector(queue, given && intoOf(queue, given.into))
  collectSync(queue, items, items.atMost(max), lingerMs, options)
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
  const lingerMs =
    options === undefined ? undefined : lingerOf(optionsObject('options', options, BATCH_OPTIONS))
  await collect(queue, leases, max, lingerMs, options)
  return leases.result
}

/** @internal */
export function takeManySync<T>(queue: HasInternals<T>, max: number, options?: BatchOptions): Batch<T> {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const leases = new LeaseCollector(queue)
  const lingerMs =
    options === undefined ? undefined : lingerOf(optionsObject('options', options, BATCH_OPTIONS))
  collectSync(queue, leases, max, lingerMs, options)
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
  readonly #onBroken = (before: number): void => {
    this.count += before
  }

  constructor(queue: Gettable<T>, into: ArrayLike<number> | undefined) {
    this.#queue = queue
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

function isRanked<T>(queue: HasInternals<T>): boolean {
  return internalsOf(queue).description.ranking !== undefined
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

/** How much is left of `ms`, counted from now. */
function countdown(ms: number): () => number {
  if (ms === Number.POSITIVE_INFINITY) return () => ms
  const deadline = clock.now() + ms
  return () => Math.max(0, deadline - clock.now())
}

/**
 * Errors that only end a batch. The caller has the items that came before, and hears the reason from the next
 * call, if it still holds.
 */
const ENDS = [QueueEmptyError, QueueShutDownError, AbortError, TooManyInFlightError, BlockingMainThreadError]

function onlyEnds(error: unknown): boolean {
  return ENDS.some((kind) => error instanceof kind)
}

function carrying(error: unknown, extra: object): unknown {
  return error instanceof Error ? Object.assign(error, extra) : error
}

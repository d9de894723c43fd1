import { integer, invalidType, type Known, optionsObject } from '../check.ts'
import { clock } from '../clock.ts'
import {
  AbortError,
  BlockingMainThreadError,
  DetachedError,
  QueueEmptyError,
  QueueShutDownError,
  TooManyInFlightError,
} from '../errors.ts'
import { EMPTY } from './access/index.ts'
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

/** Several items in one call. Each is put or got by itself, so a batch has no atomicity beyond its items'. */

/** Options of getMany. */
export interface BatchOptions extends WaitOptions {
  /**
   * How long to wait for more after the first item, in ms, 0 to 2^31 - 1.
   * @default 0
   */
  linger?: number | undefined
}

const BATCH_OPTIONS: Known<BatchOptions> = { timeout: true, signal: true, linger: true }

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
  if (options !== undefined) checkPutOptions(options, isRanked(queue))
  let stored = 0
  refuseUniterable(items)
  try {
    for (const item of items) {
      const result = await queue.put(item, leftMs && { ...options, timeout: leftMs(), signal })
      if (result !== 'dropped') stored++
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
  if (options !== undefined) checkPutOptions(options, isRanked(queue))
  let stored = 0
  refuseUniterable(items)
  try {
    for (const item of items) {
      const result = queue.putSync(item, leftMs && { ...options, timeout: leftMs(), signal })
      if (result !== 'dropped') stored++
    }
  } catch (error) {
    throw carrying(error, { stored })
  }
  return stored
}

/** @internal */
export async function getMany<T>(queue: Gettable<T>, max: number, options?: BatchOptions): Promise<T[]> {
  const { linger, ...first } = checked(max, options)
  const items: T[] = [await queue.get(first)]
  const leftMs = countdown(linger)
  try {
    while (items.length < max && internalsOf(queue).mayHold > 0) {
      const item = queue.tryGet()
      if (item !== EMPTY) items.push(item)
      else if (leftMs() > 0) items.push(await queue.get({ timeout: leftMs(), signal: first.signal }))
      else break
    }
  } catch (error) {
    endBatch(queue, error, items)
  }
  return items
}

/** @internal */
export function getManySync<T>(queue: Gettable<T>, max: number, options?: BatchOptions): T[] {
  const { linger, ...first } = checked(max, options)
  const items = [queue.getSync(options === undefined ? undefined : first)]
  const leftMs = countdown(linger)
  try {
    while (items.length < max && internalsOf(queue).mayHold > 0) {
      const item = queue.tryGet()
      if (item !== EMPTY) items.push(item)
      else if (leftMs() > 0) items.push(queue.getSync({ timeout: leftMs() }))
      else break
    }
  } catch (error) {
    endBatch(queue, error, items)
  }
  return items
}

function isRanked<T>(queue: HasInternals<T>): boolean {
  return internalsOf(queue).description.ranking !== undefined
}

function refuseUniterable(items: unknown): void {
  if (typeof (items as Iterable<unknown> | null)?.[Symbol.iterator] !== 'function') {
    throw invalidType('items', 'an iterable', items)
  }
}

function checked(max: number, given: BatchOptions | undefined): WaitOptions & { linger: number } {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const { linger = 0, timeout, signal } = optionsObject('options', given, BATCH_OPTIONS)
  return { linger: durationOf('options.linger', linger), timeout, signal }
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

/** Any other error carries the items that came before: this thread holds them, or nobody does. */
function endBatch<T>(queue: HasInternals<T>, error: unknown, items: T[]): void {
  if (ENDS.some((kind) => error instanceof kind)) return
  // Items that a thread holds are delivered again when it detaches; those that are finished are not.
  if (error instanceof DetachedError && internalsOf(queue).description.ack === 'auto') return
  throw carrying(error, { items })
}

function carrying(error: unknown, extra: object): unknown {
  return error instanceof Error ? Object.assign(error, extra) : error
}

import { integer, invalidType, optionsObject } from '../check.ts'
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
import { durationOf, isStoppable, signalOf, timeoutOf, type WaitOptions } from './options/index.ts'
import type { Queue } from './queue.ts'

/** Several items in one call: each put or got on its own, so a batch has no atomicity beyond its items'. */

/** Options of getMany. */
export interface BatchOptions extends WaitOptions {
  /** getMany: how long to wait for more after the first item, in ms, 0 to 2^31 - 1; default 0. */
  linger?: number | undefined
}

export async function putMany<T>(
  queue: Queue<T>,
  items: Iterable<T>,
  options?: WaitOptions,
): Promise<number> {
  const signal = signalOf(options)
  const left = countdown(timeoutOf(options))
  let stored = 0
  refuseUniterable(items)
  try {
    for (const item of items) {
      const result = await queue.put(item, { ...options, timeout: left(), signal })
      if (result !== 'dropped') stored++
    }
  } catch (error) {
    throw carrying(error, { stored })
  }
  return stored
}

export function putManySync<T>(queue: Queue<T>, items: Iterable<T>, options?: WaitOptions): number {
  const signal = isStoppable(options) ? options?.signal : undefined
  const left = options && countdown(timeoutOf(options))
  let stored = 0
  refuseUniterable(items)
  try {
    for (const item of items) {
      const result = queue.putSync(item, left && { ...options, timeout: left(), signal })
      if (result !== 'dropped') stored++
    }
  } catch (error) {
    throw carrying(error, { stored })
  }
  return stored
}

export async function getMany<T>(queue: Queue<T>, max: number, options?: BatchOptions): Promise<T[]> {
  const linger = checked(max, options)
  const items: T[] = [await queue.get(options)]
  const left = countdown(linger)
  const signal = signalOf(options)
  try {
    while (items.length < max && queue.mayHold > 0) {
      const item = queue.tryGet()
      if (item !== EMPTY) items.push(item)
      else if (left() > 0) items.push(await queue.get({ timeout: left(), signal }))
      else break
    }
  } catch (error) {
    endOfBatch(queue, error, items)
  }
  return items
}

export function getManySync<T>(queue: Queue<T>, max: number, options?: BatchOptions): T[] {
  const linger = checked(max, options)
  const items = [queue.getSync(options)]
  const left = countdown(linger)
  try {
    while (items.length < max && queue.mayHold > 0) {
      const item = queue.tryGet()
      if (item !== EMPTY) items.push(item)
      else if (left() > 0) items.push(queue.getSync({ timeout: left() }))
      else break
    }
  } catch (error) {
    endOfBatch(queue, error, items)
  }
  return items
}

function refuseUniterable(items: unknown): void {
  if (typeof (items as Iterable<unknown> | null)?.[Symbol.iterator] !== 'function') {
    throw invalidType('items', 'an iterable', items)
  }
}

function checked(max: number, options: BatchOptions | undefined): number {
  integer('max', max, 1, Number.MAX_SAFE_INTEGER)
  const { linger = 0 } = optionsObject('options', options)
  return durationOf('options.linger', linger)
}

/** What is left of `ms`, counted from now. */
function countdown(ms: number): () => number {
  if (ms === Number.POSITIVE_INFINITY) return () => ms
  const deadline = clock.now() + ms
  return () => Math.max(0, deadline - clock.now())
}

/**
 * Why no more comes for a batch now. What it has is the caller's, who hears the reason from the next call, if
 * it still holds.
 */
const ENDS = [QueueEmptyError, QueueShutDownError, AbortError, TooManyInFlightError, BlockingMainThreadError]

/** An error that says more than that takes along what was got: this thread holds it, or nobody does. */
function endOfBatch<T>(queue: Queue<T>, error: unknown, items: T[]): void {
  if (ENDS.some((kind) => error instanceof kind)) return
  // What a thread holds is delivered again when it detaches; what is finished is not.
  if (error instanceof DetachedError && queue.origin.ack === 'auto') return
  throw carrying(error, { items })
}

function carrying(error: unknown, extra: object): unknown {
  return error instanceof Error ? Object.assign(error, extra) : error
}

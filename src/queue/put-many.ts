import { types } from 'node:util'
import { invalidType } from '../check.ts'
import { type HasInternals, internalsOf } from './internals.ts'
import {
  checkPutOptions,
  isStoppable,
  PUT_OPTIONS,
  type PutOptions,
  type PutResult,
  signalOf,
  timeoutOf,
} from './options/index.ts'
import { carrying, countdown } from './several.ts'

/**
 * Each item is put by itself, although one operation may put several: the call has no atomicity of its own.
 */

interface Puttable<T> extends HasInternals<T> {
  put(item: T, options?: PutOptions): Promise<PutResult>
  putSync(item: T, options?: PutOptions): PutResult
}

/** @internal `isPlain`: no class of the user's overrides the methods of one item. */
export async function putMany<T>(
  queue: Puttable<T>,
  items: Iterable<T>,
  options: PutOptions | undefined,
  isPlain: boolean,
): Promise<number> {
  const signal = signalOf(options)
  const leftMs = options && countdown(timeoutOf(options, PUT_OPTIONS))
  const limits = () => leftMs && { ...options, timeout: leftMs(), signal }
  if (options !== undefined) checkPutOptions(options, isRanked(queue))
  refuseUniterable(items)
  let stored = 0
  try {
    const list = isPlain ? listOf(items) : undefined
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
export function putManySync<T>(
  queue: Puttable<T>,
  items: Iterable<T>,
  options: PutOptions | undefined,
  isPlain: boolean,
): number {
  const signal = isStoppable(options) ? options?.signal : undefined
  const leftMs = options && countdown(timeoutOf(options, PUT_OPTIONS))
  const limits = () => leftMs && { ...options, timeout: leftMs(), signal }
  if (options !== undefined) checkPutOptions(options, isRanked(queue))
  refuseUniterable(items)
  let stored = 0
  try {
    const list = isPlain ? listOf(items) : undefined
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
 * asked for one item at a time, and for an empty one: the iterator refuses an array that was transferred.
 */
function listOf<T>(items: Iterable<T>): ArrayLike<T> | undefined {
  const iterator = items[Symbol.iterator]
  const isList = Array.isArray(items)
    ? iterator === ARRAY_ITERATOR
    : iterator === TYPED_ARRAY_ITERATOR && types.isTypedArray(items)
  const list = items as unknown as ArrayLike<T>
  return isList && list.length > 0 ? list : undefined
}

/** @throws TypeError */
function refuseUniterable(items: unknown): void {
  if (typeof (items as Iterable<unknown> | null)?.[Symbol.iterator] !== 'function') {
    throw invalidType('items', 'an iterable', items)
  }
}

function isRanked<T>(queue: HasInternals<T>): boolean {
  return internalsOf(queue).description.ranking !== undefined
}

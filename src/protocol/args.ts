import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { invalidValue } from '../check.ts'
import {
  attachLimiterWith,
  isLimiter,
  type LimiterObject,
  type LimitHandleData,
  type QuotaFunction,
  type QuotaReference,
} from '../limits/index.ts'
import { attachFor, type Handle, isQueue, type Queue } from '../queue/index.ts'
import { findInside, isUnsendable, refuseUnsendable } from '../unsendable.ts'

/**
 * Arguments on their way to a thread. Queues and limiters in plain objects and arrays, at any depth, travel as
 * handles beside the arguments. They are attached in the thread, and put back in their places.
 */
export interface PackedArgs {
  readonly value: unknown
  readonly handles: readonly Handle<Queue<unknown>>[]
  readonly limiters: readonly LimitHandleData[]
  /**
   * The places of the queues: the object or array, the key in it, and the number of the handle; those of limiters
   * follow those of queues.
   */
  readonly places: readonly (readonly [object, string, number])[]
}

/** Arguments, and the queues and limiters in them, which must be kept while the thread runs. */
export interface Arguments {
  readonly packed: PackedArgs
  readonly queues: readonly Queue<unknown>[]
  readonly limiters: readonly LimiterObject[]
}

/** The arguments of a group that is over. */
export const NO_ARGUMENTS: Arguments = {
  packed: { value: undefined, handles: [], limiters: [], places: [] },
  queues: [],
  limiters: [],
}

/**
 * Copies `args`, so that a restart gets the same as the first start. Shared memory in them stays shared.
 * `given` is what messages show.
 * @throws TypeError if they cannot be cloned, or if the codec of a queue cannot go to another thread
 */
export function packArgs(name: string, args: unknown, given = args): Arguments {
  const queues: Queue<unknown>[] = []
  const limiters: LimiterObject[] = []
  const places: [object, string, number][] = []
  const limiterPlaces: [object, string, number][] = []
  const copies = new Map<object, object>()

  const copy = (value: unknown): unknown => {
    if (!isPlain(value)) {
      refuseQueuesIn(name, value)
      return value
    }
    const known = copies.get(value)
    if (known !== undefined) return known
    const twin: Record<string, unknown> = Array.isArray(value) ? (new Array(value.length) as never) : {}
    copies.set(value, twin)
    for (const [key, each] of Object.entries(value)) {
      if (isQueue(each)) places.push([twin, key, numberIn(queues, each)])
      else if (isLimiter(each)) limiterPlaces.push([twin, key, numberIn(limiters, each)])
      define(twin, key, isQueue(each) || isLimiter(each) ? null : copy(each))
    }
    return twin
  }

  // Within an object, since `args` may itself be a queue.
  const value = copy({ args })
  for (const [place, key, number] of limiterPlaces) places.push([place, key, queues.length + number])
  const packed: PackedArgs = {
    value,
    handles: queues.map((queue) => queue.handle),
    limiters: limiters.map((limiter) => limiter.handle as LimitHandleData),
    places,
  }
  return { packed: cloned(name, packed, given), queues, limiters }
}

function numberIn<E>(list: E[], each: E): number {
  const index = list.indexOf(each)
  return index >= 0 ? index : list.push(each) - 1
}

/**
 * Attaches the queues and limiters, and puts them back in their places. `load` finds quota functions. Returns the
 * arguments, and the queues by number.
 */
export async function unpackArgs(
  packed: PackedArgs,
  load: (reference: QuotaReference) => Promise<QuotaFunction>,
): Promise<{ args: unknown; queues: Queue<unknown>[] }> {
  const queues: Queue<unknown>[] = []
  for (const handle of packed.handles) queues.push(await attachFor(handle, 0))
  const attached: unknown[] = [...queues]
  for (const handle of packed.limiters) attached.push(await attachLimiterWith(handle, load))
  for (const [place, key, number] of packed.places) define(place, key, attached[number])
  return { args: (packed.value as { args: unknown }).args, queues }
}

/** Structured clone would turn a queue in an object that is not plain into an empty object, silently. */
function refuseQueuesIn(name: string, value: unknown): void {
  const found = findInside(value, (each) => isQueue(each) || isLimiter(each) || isUnsendable(each))
  if (found === undefined) return
  if (!isQueue(found) && !isLimiter(found)) refuseUnsendable(found)
  const what = (value as object).constructor?.name ?? 'object without a class'
  throw invalidValue(
    name,
    `made of plain objects and arrays wherever it holds a ${isQueue(found) ? 'queue' : 'limiter'}, and not of a ${what}`,
    value,
  )
}

function isPlain(value: unknown): value is Record<string, unknown> | unknown[] {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Defines an own property with any name, '__proto__' included, as structured clone does. */
function define(place: object, key: string, value: unknown): void {
  Object.defineProperty(place, key, { value, writable: true, enumerable: true, configurable: true })
}

function cloned(name: string, packed: PackedArgs, args: unknown): PackedArgs {
  const { port1, port2 } = new MessageChannel()
  try {
    port1.postMessage(packed)
    return receiveMessageOnPort(port2)?.message
  } catch (error) {
    const expected = `something that can be cloned to another thread (${(error as Error).message})`
    throw Object.assign(invalidValue(name, expected, args), { cause: error })
  } finally {
    port1.close()
    port2.close()
  }
}

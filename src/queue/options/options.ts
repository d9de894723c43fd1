import { availableParallelism } from 'node:os'
import { integer, invalidType, invalidValue, oneOf, optionsObject, outOfRange } from '../../check.ts'
import type { Codec } from '../../codec/index.ts'
import { codecs } from '../../codec/index.ts'
import { type Geometry, geometryOf, type Kind, MAX_BYTES, MAX_HEAP } from '../../core/index.ts'
import { AbortError } from '../../errors.ts'
import { link } from '../../thread-link.ts'
import type { DeadLetter } from '../attachment/index.ts'
import type { Queue } from '../queue.ts'

/** How a queue is made. Sizes in bytes, counts in items. */
export interface QueueOptions<T> {
  /**
   * Items queued at most, those that came back included: a put never raises it above. At least 1; default
   * 1024.
   */
  maxsize?: number | undefined
  /** Default `codecs.structured`. */
  codec?: Codec<T> | undefined
  /**
   * Encoded size that fits into a cell; longer items take blocks. 1 to maxItemBytes; default the codec's
   * byteLength, else 128.
   */
  itemBytes?: number | undefined
  /** Largest encoded item; a larger one: ItemTooLargeError. Default 1 MiB, or itemBytes if that is more. */
  maxItemBytes?: number | undefined
  /**
   * Budget for items above itemBytes; used up, a put waits as on a full queue. Default max(16 MiB, 4 x
   * maxItemBytes).
   */
  memoryBytes?: number | undefined
  /**
   * What a put does on a full queue, and where the budget for long items is used up. 'wait' (default).
   * 'reject': it fails with QueueFullError, at once, whatever its timeout. 'drop-newest': the item is
   * dropped. 'drop-oldest': the item takes the place of the oldest one that nobody holds; not in a
   * PriorityQueue.
   */
  whenFull?: WhenFull | undefined
  /**
   * 'manual' (default): an item is unfinished until taskDone. 'auto': finished when get hands it over (at
   * most once).
   */
  ack?: 'manual' | 'auto' | undefined
  /** Unfinished items one thread may hold, 1 to 65536; default 64. Beyond: TooManyInFlightError. */
  maxInFlight?: number | undefined
  /** Deliveries of one item before it is given up; default 3 with deadLetters, else unlimited. */
  maxDeliveries?: number | undefined
  /** Where items go that are given up. Without it they count as finished. */
  deadLetters?: Queue<DeadLetter<T>> | undefined
  /**
   * Threads attached at once, the creator included, 1 to 4096. Default 64; with more than 15 cores four for
   * each and one more, so that groups that have a thread for each core work together.
   */
  maxThreads?: number | undefined
  /** For messages and stats. */
  name?: string | undefined
}

/** What a put does on a full queue. */
export type WhenFull = 'wait' | 'reject' | 'drop-oldest' | 'drop-newest'

/** What a put did. 'replaced-oldest': stored, and an older item was dropped. 'dropped': not stored. */
export type PutResult = 'stored' | 'replaced-oldest' | 'dropped'

/** @internal The options, checked and completed. */
export interface Settings<T> {
  readonly name: string
  readonly codec: Codec<T>
  readonly ack: 'manual' | 'auto'
  readonly whenFull: WhenFull
  readonly deadLetters: Queue<DeadLetter<T>> | undefined
  readonly geometry: Geometry
}

const MiB = 1024 * 1024
const LEAST_THREADS = 64

function defaultMaxThreads(): number {
  return Math.min(4096, Math.max(LEAST_THREADS, 4 * availableParallelism() + 1))
}

/** @internal */
export function settingsOf<T>(given: QueueOptions<T> | undefined, kind: Kind): Settings<T> {
  const options = optionsObject('options', given)
  const codec = codecOption(options.codec) as Codec<T>
  const { deadLetters } = options
  if (deadLetters !== undefined && typeof deadLetters?.serveRoomWaiters !== 'function') {
    throw invalidType('options.deadLetters', 'a Queue', deadLetters)
  }
  if (deadLetters !== undefined && !carriesObjects(deadLetters.codecName)) {
    throw invalidValue(
      'options.deadLetters',
      'a queue whose codec carries objects (structured, json, msgpack or a defined one)',
      deadLetters.codecName,
    )
  }
  if (deadLetters?.whenFull === 'drop-newest') {
    throw invalidValue('options.deadLetters', 'a queue that does not drop what is new', deadLetters.whenFull)
  }
  if (deadLetters?.rankedBy !== undefined && deadLetters.rankedBy !== 'attempts') {
    throw invalidValue('options.deadLetters', "a queue that ranks letters by 'attempts', if by a property", {
      by: deadLetters.rankedBy,
    })
  }
  const { name = '' } = options
  if (typeof name !== 'string') throw invalidType('options.name', 'a string', name)

  // Looked at first, since the default of maxItemBytes grows with it.
  const wanted = integer('options.itemBytes', options.itemBytes, 1, MAX_BYTES, codec.byteLength ?? 0)
  const maxItemBytes = integer(
    'options.maxItemBytes',
    options.maxItemBytes,
    1,
    MAX_BYTES,
    Math.max(MiB, wanted),
  )
  const itemBytes = integer(
    'options.itemBytes',
    options.itemBytes,
    1,
    maxItemBytes,
    Math.min(maxItemBytes, Math.max(1, codec.byteLength ?? 128)),
  )
  const isLong =
    maxItemBytes > itemBytes && !(codec.byteLength !== undefined && codec.byteLength <= itemBytes)
  const memoryBytes = integer(
    'options.memoryBytes',
    options.memoryBytes,
    isLong ? maxItemBytes : 0,
    MAX_BYTES,
    Math.max(16 * MiB, 4 * maxItemBytes),
  )
  const whenFull = whenFullOption(options.whenFull, kind)
  const sizes = {
    kind,
    maxsize: integer('options.maxsize', options.maxsize, 1, kind === 'priority' ? 2 ** 20 : 2 ** 30, 1024),
    itemBytes,
    maxItemBytes,
    memoryBytes: isLong ? memoryBytes : 0,
    maxInFlight: integer('options.maxInFlight', options.maxInFlight, 1, 65536, 64),
    maxDeliveries: integer('options.maxDeliveries', options.maxDeliveries, 1, 2 ** 30, deadLetters ? 3 : 0),
    hasDeadLetters: deadLetters !== undefined,
    dropsOldest: whenFull === 'drop-oldest',
  }
  const maxThreads = integer('options.maxThreads', options.maxThreads, 1, 4096, defaultMaxThreads())
  const wide = geometryOf({ ...sizes, maxThreads })
  const isTooLarge = wide.heapSize > MAX_HEAP || wide.bytes > MAX_BYTES
  // A default is not what makes a queue impossible.
  const geometry =
    isTooLarge && options.maxThreads === undefined
      ? geometryOf({ ...sizes, maxThreads: LEAST_THREADS })
      : wide
  if (geometry.heapSize > MAX_HEAP) {
    throw outOfRange(
      'options: maxsize, maxThreads and maxInFlight of a PriorityQueue together',
      `such that maxsize + maxThreads x maxInFlight is at most ${MAX_HEAP}`,
      geometry.heapSize,
    )
  }
  if (geometry.bytes > MAX_BYTES) {
    throw outOfRange(
      'options: maxsize, itemBytes, memoryBytes, maxThreads and maxInFlight together',
      `such that the queue takes at most ${MAX_BYTES} bytes`,
      geometry.bytes,
    )
  }
  return {
    name,
    codec,
    whenFull,
    deadLetters,
    geometry,
    ack: oneOf('options.ack', options.ack, ['manual', 'auto'], 'manual'),
  }
}

function codecOption(codec: Codec<unknown> | undefined): Codec<unknown> {
  if (codec === undefined) return codecs.structured
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
    throw invalidType('options.codec', 'a codec: one of `codecs`, or made by defineCodec', codec)
  }
  if (typeof codec.name !== 'string') throw invalidType('options.codec.name', 'a string', codec.name)
  if (codec.byteLength !== undefined) {
    integer('options.codec.byteLength', codec.byteLength, 0, MAX_BYTES)
  }
  return codec
}

function whenFullOption(value: unknown, kind: Kind): WhenFull {
  const allowed: readonly WhenFull[] = ['wait', 'reject', 'drop-oldest', 'drop-newest']
  if (kind !== 'priority') return oneOf('options.whenFull', value, allowed, 'wait')
  // The first to go would be the one least wanted, which a heap does not find.
  const others = allowed.filter((each) => each !== 'drop-oldest')
  return oneOf('options.whenFull of a PriorityQueue', value, others, 'wait')
}

function carriesObjects(codecName: string): boolean {
  return !['string', 'bytes', 'int32', 'float64'].includes(codecName)
}

/** Options of a call that may wait. */
export interface WaitOptions {
  /** ms, 0 (never waits) to 2^31 - 1, or Infinity (default). */
  timeout?: number | undefined
  /**
   * Rejects the wait with an AbortError. `…Sync` calls take only `thread.signal`: a blocked thread hears no
   * other.
   */
  signal?: AbortSignal | undefined
}

export function timeoutOf(options: WaitOptions | undefined): number {
  const timeout = options === undefined ? undefined : optionsObject('options', options).timeout
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  return durationOf('options.timeout', timeout, ', or Infinity')
}

export function durationOf(name: string, value: unknown, or = ''): number {
  const range = `a number of milliseconds from 0 to 2147483647${or}`
  if (typeof value !== 'number') throw invalidType(name, range, value)
  if (!(value >= 0 && value <= 0x7fffffff)) throw outOfRange(name, range, value)
  return value
}

export function signalOf(options: WaitOptions | undefined): AbortSignal | undefined {
  const { signal } = optionsObject('options', options)
  if (signal === undefined) return undefined
  if (typeof signal !== 'object' || signal === null || typeof signal.addEventListener !== 'function') {
    throw invalidType('options.signal', 'an AbortSignal', signal)
  }
  return signal
}

/**
 * A blocked thread never sees an ordinary signal fire, so only the one is accepted that its supervisor backs
 * with a shared word. Returns whether it was given.
 * @throws AbortError if it is aborted already
 */
export function isStoppable(options: WaitOptions | undefined): boolean {
  const { signal } = optionsObject('options', options)
  if (signal === undefined) return false
  if (signal !== link()?.signal) {
    throw invalidValue(
      'options.signal',
      'absent, or the `thread.signal` of a supervised thread: a blocked thread cannot see another; use `timeout`, or the asynchronous form',
      signal,
    )
  }
  if (signal.aborted) throw new AbortError(signal.reason)
  return true
}

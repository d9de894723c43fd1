import { availableParallelism } from 'node:os'
import {
  integer,
  invalidType,
  invalidValue,
  type Known,
  oneOf,
  optionsObject,
  outOfRange,
} from '../../check.ts'
import type { Codec } from '../../codec/index.ts'
import { codecs } from '../../codec/index.ts'
import { type Geometry, geometryOf, type Kind, MAX_BYTES, MAX_HEAP } from '../../core/index.ts'
import type { DeadLetterQueue, LetterTarget } from './dead-letter.ts'
import { INTERNALS } from './inner-door.ts'
import { type Ranking, rankingOf, type WhenFull } from './put-options.ts'

/** How a queue is made. Sizes are in bytes, counts in items. */
export interface QueueOptions<T> {
  /**
   * A put never raises the number of items queued, those that came back included, above this. An integer from
   * 1 to 2^30, as far as memory allows.
   * @default 1024
   */
  maxsize?: number | undefined
  /**
   * Turns items into bytes and back: one of `codecs`, or made by `record` or `defineCodec`.
   * @default codecs.structured
   */
  codec?: Codec<T> | undefined
  /**
   * Encoded size that fits into a cell; longer items take blocks. 1 to `maxItemBytes`.
   * @default the codec's byteLength, else 128
   */
  itemBytes?: number | undefined
  /**
   * Largest encoded item, 1 to 2,147,418,112. A larger one is an ItemTooLargeError, and nothing is stored.
   * @default 1 MiB, or itemBytes if that is more
   */
  maxItemBytes?: number | undefined
  /**
   * Budget for items above `itemBytes`, from `maxItemBytes` to 2,147,418,112. When it is used up, a put waits
   * as on a full queue.
   * @default max(16 MiB, 4 x maxItemBytes)
   */
  memoryBytes?: number | undefined
  /**
   * Decides about a put on a full queue, and where the budget for long items is used up. 'wait': it waits.
   * 'reject': it fails with QueueFullError, at once, whatever its timeout. 'drop-newest': the item is
   * dropped. 'drop-oldest': the item takes the place of the oldest one that nobody holds; not in a
   * PriorityQueue.
   * @default 'wait'
   */
  whenFull?: WhenFull | undefined
  /**
   * 'manual': an item is unfinished until `taskDone`. 'auto': it is finished when `get` hands it over, so it
   * is delivered at most once.
   * @default 'manual'
   */
  ack?: 'manual' | 'auto' | undefined
  /**
   * Unfinished items one thread may hold, 1 to 65536. Beyond: TooManyInFlightError.
   * @default 64
   */
  maxInFlight?: number | undefined
  /**
   * Deliveries of one item before it is given up, 1 to 2^30.
   * @default 3 with deadLetters, else unlimited
   */
  maxDeliveries?: number | undefined
  /**
   * The queue to which items go that are given up. Its codec must carry objects. Without it they count as
   * finished.
   * @default none
   */
  deadLetters?: DeadLetterQueue<T> | undefined
  /**
   * Threads attached at once, the creator included, 1 to 4096.
   * @default 64; with more than 15 cores four for each and one more, so that groups that have a thread for
   * each core work together
   */
  maxThreads?: number | undefined
  /**
   * For messages and stats.
   * @default ''
   */
  name?: string | undefined
}

/** How a priority queue is made. Its maxsize is at most 2^20. */
export interface PriorityQueueOptions<T> extends Omit<QueueOptions<T>, 'whenFull'> {
  /**
   * The item's numeric property that holds its priority. A put of an item without it is a TypeError.
   * @default none: the put's `priority`, else 0
   */
  by?: (keyof T & string) | undefined
  /**
   * ms of waiting, from the call of put on, that gain one step of priority; above 0, at most 2^31 - 1.
   * @default none
   */
  ageing?: number | undefined
  /**
   * As a Queue's, but for 'drop-oldest': a heap does not find the item that is wanted least.
   * @default 'wait'
   */
  whenFull?: Exclude<WhenFull, 'drop-oldest'> | undefined
}

const QUEUE_OPTIONS: Known<QueueOptions<unknown>> = {
  maxsize: true,
  codec: true,
  itemBytes: true,
  maxItemBytes: true,
  memoryBytes: true,
  whenFull: true,
  ack: true,
  maxInFlight: true,
  maxDeliveries: true,
  deadLetters: true,
  maxThreads: true,
  name: true,
}
const PRIORITY_QUEUE_OPTIONS: Known<PriorityQueueOptions<unknown>> = {
  ...QUEUE_OPTIONS,
  by: true,
  ageing: true,
}

/** @internal The options of a queue of any kind. */
export type AnyQueueOptions<T> = QueueOptions<T> | PriorityQueueOptions<T>

/** @internal The options, checked and completed. */
export interface Settings<T> {
  readonly name: string
  readonly codec: Codec<T>
  readonly ack: 'manual' | 'auto'
  readonly whenFull: WhenFull
  readonly deadLetters: LetterTarget | undefined
  /** Present for a priority queue only. */
  readonly ranking: Ranking | undefined
  readonly geometry: Geometry
}

const MiB = 1024 * 1024
const LEAST_THREADS = 64

function defaultMaxThreads(): number {
  return Math.min(4096, Math.max(LEAST_THREADS, 4 * availableParallelism() + 1))
}

/** @internal @throws TypeError, RangeError for a wrong or unknown option */
export function settingsOf<T>(given: AnyQueueOptions<T> | undefined, kind: Kind): Settings<T> {
  const isRanked = kind === 'priority'
  const known = (isRanked ? PRIORITY_QUEUE_OPTIONS : QUEUE_OPTIONS) as Known<PriorityQueueOptions<T>>
  const options = optionsObject('options', given as PriorityQueueOptions<T> | undefined, known)
  const codec = codecOption(options.codec) as Codec<T>
  const deadLetters = letterTarget(options.deadLetters)
  const { name = '' } = options
  if (typeof name !== 'string') throw invalidType('options.name', 'a string', name)
  const whenFull = whenFullOption(options.whenFull, kind)
  return {
    name,
    codec,
    whenFull,
    deadLetters,
    ranking: isRanked ? rankingOf(options.by, options.ageing) : undefined,
    geometry: geometryFor(options, codec.byteLength, {
      kind,
      hasDeadLetters: deadLetters !== undefined,
      dropsOldest: whenFull === 'drop-oldest',
    }),
    ack: oneOf('options.ack', options.ack, ['manual', 'auto'], 'manual'),
  }
}

type Sizes = Pick<
  QueueOptions<unknown>,
  'itemBytes' | 'maxItemBytes' | 'memoryBytes' | 'maxsize' | 'maxInFlight' | 'maxDeliveries' | 'maxThreads'
>

function geometryFor(
  options: Sizes,
  byteLength: number | undefined,
  how: Pick<Geometry, 'kind' | 'hasDeadLetters' | 'dropsOldest'>,
): Geometry {
  const { maxsize, maxInFlight, maxDeliveries, maxThreads } = options
  const sizes = {
    ...how,
    ...itemSizes(options, byteLength),
    maxsize: integer('options.maxsize', maxsize, 1, how.kind === 'priority' ? 2 ** 20 : 2 ** 30, 1024),
    maxInFlight: integer('options.maxInFlight', maxInFlight, 1, 65536, 64),
    maxDeliveries: integer('options.maxDeliveries', maxDeliveries, 1, 2 ** 30, how.hasDeadLetters ? 3 : 0),
  }
  const wide = geometryOf({
    ...sizes,
    maxThreads: integer('options.maxThreads', maxThreads, 1, 4096, defaultMaxThreads()),
  })
  const isTooLarge = wide.heapSize > MAX_HEAP || wide.bytes > MAX_BYTES
  // A queue must not be impossible because of a default.
  const isByDefault = isTooLarge && maxThreads === undefined
  const geometry = isByDefault ? geometryOf({ ...sizes, maxThreads: LEAST_THREADS }) : wide
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
  return geometry
}

function itemSizes(options: Sizes, byteLength: number | undefined) {
  // Read first: the default of maxItemBytes grows with it.
  const wanted = integer('options.itemBytes', options.itemBytes, 1, MAX_BYTES, byteLength ?? 0)
  const least = Math.max(MiB, wanted)
  const maxItemBytes = integer('options.maxItemBytes', options.maxItemBytes, 1, MAX_BYTES, least)
  const usual = Math.min(maxItemBytes, Math.max(1, byteLength ?? 128))
  const itemBytes = integer('options.itemBytes', options.itemBytes, 1, maxItemBytes, usual)
  const hasLong = maxItemBytes > itemBytes && !(byteLength !== undefined && byteLength <= itemBytes)
  const budget = Math.max(16 * MiB, 4 * maxItemBytes)
  const smallest = hasLong ? maxItemBytes : 0
  const memoryBytes = integer('options.memoryBytes', options.memoryBytes, smallest, MAX_BYTES, budget)
  const isValue = byteLength !== undefined && byteLength <= Math.min(8, itemBytes)
  return {
    itemBytes,
    maxItemBytes,
    memoryBytes: hasLong ? memoryBytes : 0,
    valueBytes: isValue ? byteLength : 0,
  }
}

/** @throws TypeError for a queue that cannot take dead letters */
function letterTarget(given: unknown): LetterTarget | undefined {
  if (given === undefined) return undefined
  const target = (given as { [INTERNALS]?: LetterTarget } | null)?.[INTERNALS]
  if (target === undefined) throw invalidType('options.deadLetters', 'a Queue', given)
  const { codecName, whenFull, rankedBy } = target
  if (!carriesObjects(codecName)) {
    const expected =
      'a queue whose codec carries objects (structured, json, msgpack, a record or a defined one)'
    throw invalidValue('options.deadLetters', expected, codecName)
  }
  if (whenFull === 'drop-newest') {
    throw invalidValue('options.deadLetters', 'a queue that does not drop the newest item', whenFull)
  }
  if (rankedBy !== undefined && rankedBy !== 'attempts') {
    const expected = "a queue that ranks letters by 'attempts', if by a property"
    throw invalidValue('options.deadLetters', expected, { by: rankedBy })
  }
  return target
}

function codecOption(codec: Codec<unknown> | undefined): Codec<unknown> {
  if (codec === undefined) return codecs.structured
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
    throw invalidType('options.codec', 'a codec: one of `codecs`, or made by record or defineCodec', codec)
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
  // The item to drop would be the one that is wanted least, which a heap does not find.
  const others = allowed.filter((each) => each !== 'drop-oldest')
  return oneOf('options.whenFull of a PriorityQueue', value, others, 'wait')
}

function carriesObjects(codecName: string): boolean {
  return !['string', 'bytes', 'int32', 'float64'].includes(codecName)
}

import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { integer, invalidType, invalidValue, type Known, optionsObject, outOfRange } from '../check.ts'
import { type Codec, codecs, isCodec } from '../codec/index.ts'
import { limitOf } from '../limits/index.ts'
import { packArgs } from '../protocol/index.ts'
import { durationOf, isQueue, signalOf } from '../queue/index.ts'
import { checkLimits, exportName, restartPolicy, workOf } from '../supervisor/index.ts'
import { referenceOf } from '../threaded/index.ts'
import type { MapOptions } from './options.ts'
import { StageLimit } from './stage-limit.ts'
import type { LocalStageSettings, ThreadStageSettings, WindowedStageSettings } from './stages/index.ts'

export type How = 'map' | 'filter' | 'flatMap'

/** A stage, as it was asked for; its options are checked. */
export interface StageRequest {
  readonly how: How
  readonly name: string
  readonly order: WindowedStageSettings['order']
  readonly onError: 'fail' | 'skip' | NonNullable<Exclude<MapOptions['onError'], string>>
  readonly signal: AbortSignal | undefined
  /** Undefined: 64 for each thread. */
  readonly window: number | undefined
  /** A function on threads; its number of threads may be the share that is free. */
  readonly onThreads: ThreadStageSettings | undefined
  readonly onThisThread: Omit<LocalStageSettings, 'keepsLanes' | 'frames' | 'context'> | undefined
  /** The options as they were given, for a comparison with those of the neighbour. */
  readonly given: Readonly<Record<string, unknown>>
}

const OPTIONS: Known<MapOptions> = {
  threads: true,
  ordered: true,
  window: true,
  grain: true,
  concurrency: true,
  onError: true,
  maxDeliveries: true,
  retries: true,
  backoff: true,
  timeout: true,
  grace: true,
  signal: true,
  rateLimit: true,
  key: true,
  args: true,
  setup: true,
  teardown: true,
  recycle: true,
  codec: true,
  resultCodec: true,
  maxItemBytes: true,
  reuse: true,
  restart: true,
  resourceLimits: true,
}
const FOR_THREADS = [
  ...(['threads', 'grain', 'maxDeliveries', 'timeout', 'args', 'setup', 'teardown', 'recycle'] as const),
  ...(['codec', 'resultCodec', 'maxItemBytes', 'reuse', 'restart', 'resourceLimits'] as const),
]
const MAX = 0x7fffffff
const MAX_WINDOW = 2 ** 20
const MiB = 2 ** 20
const FUNCTION = 'a function of `threaded(import.meta, fn)`, a task ({ filename, name }), or a plain function'

/**
 * Checks a function and its options. A task may hold options too; those given beside it count before its own.
 * @throws TypeError, RangeError
 */
export function stageRequest(how: How, fn: unknown, options: unknown): StageRequest {
  const isTask = typeof fn === 'object' && fn !== null
  if (!isTask && typeof fn !== 'function') throw invalidType('fn', FUNCTION, fn)
  const { filename, name: exported, ...ofTask } = (isTask ? fn : {}) as Record<string, unknown>
  const own = optionsObject('options', options as MapOptions | undefined, OPTIONS)
  const inTask = optionsObject('task', ofTask as MapOptions, OPTIONS)
  const given = { ...defined(inTask), ...defined(own) } as MapOptions
  const at = (option: keyof MapOptions) =>
    `${isTask && own[option] === undefined && inTask[option] !== undefined ? 'task' : 'options'}.${option}`
  const isPlain = !isTask && referenceOf(fn) === undefined
  const common = commonOf(given, at)
  if (isPlain) {
    for (const option of FOR_THREADS) {
      if (given[option] === undefined) continue
      const expected = 'absent for a plain function, which runs on this thread: wrap it by `threaded`'
      throw invalidValue(at(option), expected, given[option])
    }
    const name = (fn as { name: string }).name || how
    const { retries, backoff, concurrency, grace } = common
    const { limit } = common
    const local = {
      how,
      name,
      fn: fn as LocalStageSettings['fn'],
      retries,
      backoff,
      concurrency,
      grace,
      limit,
    }
    return { ...common, how, name, onThreads: undefined, onThisThread: local, given: {} }
  }
  const { found } = workOf(isTask ? { filename, name: exported } : fn, undefined)
  const onThreads = threadSettings(how, found, given, common, at)
  const asGiven = given as Readonly<Record<string, unknown>>
  return { ...common, how, name: found.name, onThreads, onThisThread: undefined, given: asGiven }
}

type At = (option: keyof MapOptions) => string

function commonOf(options: MapOptions, at: At) {
  const { ordered = true, onError = 'fail', window, concurrency, retries, backoff, grace } = options
  if (typeof ordered !== 'boolean' && typeof ordered !== 'function') {
    throw invalidType(at('ordered'), 'a boolean, or a function of the item that gives its key', ordered)
  }
  if (!isQueue(onError) && onError !== 'fail' && onError !== 'skip') {
    throw invalidValue(at('onError'), "'fail', 'skip', or a Queue of dead letters", onError)
  }
  return {
    order: typeof ordered === 'function' ? ordered : ordered ? ('source' as const) : ('none' as const),
    onError,
    signal: signalOf(options.signal === undefined ? {} : { signal: options.signal }),
    window: window === undefined ? undefined : integer(at('window'), window, 1, MAX_WINDOW),
    concurrency: integer(at('concurrency'), concurrency, 1, 1024, 1),
    retries: integer(at('retries'), retries, 0, MAX, 0),
    backoff: backoff === undefined ? 0 : durationOf(at('backoff'), backoff),
    grace: graceOf(at('grace'), grace),
    limit: stageLimit(at, options),
  }
}

function stageLimit(at: At, options: MapOptions): StageLimit | undefined {
  const limiter = limitOf(at, options)
  if (limiter === undefined) return undefined
  return new StageLimit(limiter, options.key as ConstructorParameters<typeof StageLimit>[1])
}

function graceOf(name: string, grace: number | undefined): number {
  if (grace === Number.POSITIVE_INFINITY) return grace
  return grace === undefined ? 50 : durationOf(name, grace)
}

function threadSettings(
  how: How,
  found: ReturnType<typeof workOf>['found'],
  options: MapOptions,
  common: ReturnType<typeof commonOf>,
  at: At,
): ThreadStageSettings {
  const { threads, timeout, reuse = true, setup, teardown, restart, resourceLimits, recycle } = options
  if (typeof reuse !== 'boolean') throw invalidType(at('reuse'), 'a boolean', reuse)
  if (resourceLimits !== undefined) checkLimits(resourceLimits)
  const known: Known<NonNullable<MapOptions['recycle']>> = { items: true, heapMb: true }
  const { items, heapMb } = optionsObject(at('recycle'), recycle, known)
  const count = integer(at('threads'), threads, 1, 1024, availableParallelism())
  const window = common.window ?? 64 * count
  return {
    name: found.name === 'default' ? basename(found.filename) : found.name,
    base: {
      task: { ...found, threads: count },
      args: packArgs(at('args'), options.args),
      restart: restartPolicy(restart),
      resourceLimits,
      reuse,
      share: threads === undefined ? count : 0,
      setup: setup === undefined ? undefined : exportName(at('setup'), setup),
      teardown: teardown === undefined ? undefined : exportName(at('teardown'), teardown),
      grace: common.grace,
    },
    steps: [{ how, filename: found.filename, target: found.target }],
    stepNames: [found.name],
    codec: codecOf(at('codec'), options.codec),
    resultCodec: codecOf(at('resultCodec'), options.resultCodec),
    maxItemBytes: integer(at('maxItemBytes'), options.maxItemBytes, 1, MAX, 64 * MiB),
    concurrency: common.concurrency,
    retries: common.retries,
    backoff: common.backoff,
    timeoutMs: timeout === undefined ? undefined : integer(at('timeout'), timeout, 1, MAX),
    limit: common.limit,
    maxDeaths: integer(at('maxDeliveries'), options.maxDeliveries, 1, MAX, 3),
    grain: grainOf(at('grain'), options.grain, window, count),
    recycleItems: items === undefined ? undefined : integer(`${at('recycle')}.items`, items, 1, MAX),
    recycleHeapMb: heapMb === undefined ? undefined : integer(`${at('recycle')}.heapMb`, heapMb, 1, MAX),
  }
}

function codecOf(name: string, codec: unknown): Codec<unknown> {
  if (codec === undefined) return codecs.structured
  if (!isCodec(codec))
    throw invalidType(name, 'a codec: one of `codecs`, or made by record or defineCodec', codec)
  return codec
}

function grainOf(name: string, grain: unknown, window: number, threads: number): number | undefined {
  if (grain === undefined || grain === 'auto') return undefined
  if (typeof grain !== 'number') throw invalidType(name, "an integer, or 'auto'", grain)
  const most = Math.max(1, Math.floor(window / (2 * threads)))
  if (Number.isSafeInteger(grain) && grain > most) {
    throw outOfRange(name, `at most window / (2 x threads), which is ${most}`, grain)
  }
  return integer(name, grain, 1, most)
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** Options that let two neighbouring stages run on the same threads, if they are equal. */
const SHAREABLE = new Set<string>([
  ...([
    'threads',
    'ordered',
    'window',
    'grain',
    'concurrency',
    'onError',
    'grace',
    'signal',
    'args',
  ] as const),
  ...(['maxDeliveries', 'maxItemBytes', 'reuse', 'restart', 'resourceLimits'] as const),
])

/**
 * One stage in place of two neighbours on threads, whose options are equal; undefined if they are not. Calls
 * with retries, limits of time, codecs or functions around them stay apart: those mean one function.
 */
export function fused(first: StageRequest, second: StageRequest): StageRequest | undefined {
  const { onThreads: one } = first
  const { onThreads: two } = second
  if (one === undefined || two === undefined || typeof first.order === 'function') return undefined
  const names = new Set([...Object.keys(first.given), ...Object.keys(second.given)])
  for (const name of names) {
    if (!SHAREABLE.has(name) || !Object.is(first.given[name], second.given[name])) return undefined
  }
  const onThreads = {
    ...one,
    name: `${one.name} > ${two.name}`,
    steps: [...one.steps, ...two.steps],
    stepNames: [...one.stepNames, ...two.stepNames],
  }
  return { ...first, name: onThreads.name, onThreads }
}

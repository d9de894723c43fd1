import { Random } from '../../support/random.mjs'
import { placeOf } from './functions.mjs'
import { type Entry, runStages } from './model.ts'

export type How = 'map' | 'filter' | 'flatMap' | 'batch' | 'unbatch'
export type Where = 'here' | 'thread'
/** How the function of a flatMap gives its values. */
export type Form = 'whole' | 'stream'
export type FaultKind = 'throw' | 'exit' | 'hang'

/** A value whose calls fail: the first `times` of them, each after so many outputs. */
export interface Fault {
  readonly kind: FaultKind
  readonly times: number
  readonly after: number
  readonly slot: number
}

export interface StagePlan {
  readonly how: How
  readonly where: Where
  readonly isLater: boolean
  readonly form: Form
  /** For `batch`. */
  readonly size: number
  readonly linger: number | undefined
  readonly options: StageOptions
}

/** Plain data: options of the library, where a queue or a function stands as a word. */
export interface StageOptions {
  readonly threads?: number
  readonly ordered?: boolean | 'key'
  readonly window?: number
  readonly grain?: number
  readonly concurrency?: number
  readonly onError?: 'fail' | 'skip' | 'letters'
  readonly maxDeliveries?: number
  readonly retries?: number
  readonly backoff?: number
  readonly timeout?: number
  readonly reuse?: boolean
  readonly recycle?: { readonly items: number }
}

export const SOURCES = [
  'array',
  'generator',
  'async generator',
  'iterator',
  'signal',
  'readable',
  'web',
  'queue',
  'thread',
] as const
export const SINKS = ['iterate', 'array', 'settled', 'function', 'queue', 'writable', 'web'] as const

export interface Plan {
  readonly seed: number
  readonly items: number
  readonly source: (typeof SOURCES)[number]
  /** The source throws in place of this item. */
  readonly throwsAt: number | undefined
  /** The source never answers when asked for this item. */
  readonly silentAt: number | undefined
  readonly stages: readonly StagePlan[]
  readonly faults: ReadonlyMap<string, Fault>
  readonly sink: (typeof SINKS)[number]
  /** The sink throws in place of this value. */
  readonly sinkThrowsAt: number | undefined
  readonly end: { readonly how: 'break' | 'return' | 'abort' | 'dispose'; readonly after: number } | undefined
}

/** A source that may stay silent. */
const SILENT = new Set<string>(['iterator', 'signal', 'readable', 'web', 'queue'])
const MAY_THROW = new Set<string>(['generator', 'async generator', 'iterator', 'signal', 'readable', 'web'])
const TIMEOUT_MS = 1500

/** The pipeline of a seed: always the same. */
export function planOf(seed: number): Plan {
  const random = new Random(Math.imul(seed, 0x9e3779b1))
  for (let n = 0; n < 3; n++) random.next()
  const items = random.pick([0, 1, 2, 7, 20, 60, 60, 150, 400])
  const source = random.pick(SOURCES)
  const hasDeaths = random.once(4)
  const hasHangs = random.once(10)
  const sink = random.pick(SINKS)
  const stages = stagesOf(random, sink === 'settled')
  const throwsAt = MAY_THROW.has(source) && random.once(7) ? random.below(items + 1) : undefined
  const silentAt =
    throwsAt === undefined && SILENT.has(source) && random.once(5) ? random.below(items + 1) : undefined
  const read = Math.min(items, throwsAt ?? items, silentAt ?? items)
  const { stages: tuned, faults } = faultsOf(random, stages, read, hasDeaths, hasHangs)
  const most = Math.max(1, runStages(tuned, new Map(), read).outputs.length)
  const isRead = sink === 'iterate' || sink === 'settled'
  const how = isRead ? random.pick(['break', 'return', 'abort', 'dispose'] as const) : ('abort' as const)
  const sinkThrows = (sink === 'function' || sink === 'writable' || sink === 'web') && random.once(6)
  const ends = silentAt !== undefined || random.once(4)
  return {
    seed,
    items,
    source,
    throwsAt,
    silentAt,
    stages: tuned,
    faults,
    sink,
    sinkThrowsAt: sinkThrows ? random.below(most) : undefined,
    end: ends
      ? { how: silentAt !== undefined && how === 'break' ? 'return' : how, after: random.below(most + 1) }
      : undefined,
  }
}

function stagesOf(random: Random, isSettled: boolean): StagePlan[] {
  const stages: StagePlan[] = []
  const count = 1 + random.below(4)
  let mayFilter = true
  while (stages.length < count) {
    const how = isSettled ? 'map' : random.pick(['map', 'map', 'filter', 'flatMap', 'batch'] as const)
    if (how === 'filter' && !mayFilter) continue
    mayFilter = how === 'map' || how === 'flatMap' || (mayFilter && how === 'batch')
    const before = stages.at(-1)
    // Neighbours of equal options run on the same threads.
    const options = before?.where === 'thread' && random.chance(0.4) ? before.options : undefined
    stages.push(stageOf(random, how, options))
    // A signal is an option of a stage with a function.
    if (how === 'batch' && (stages.length === 1 || random.chance(0.8))) {
      stages.push(stageOf(random, 'unbatch', undefined))
    } else if (how === 'batch') break
  }
  return stages
}

function stageOf(random: Random, how: How, given: StageOptions | undefined): StagePlan {
  const where = given !== undefined || random.chance(0.65) ? 'thread' : 'here'
  const isLater = how !== 'unbatch' && random.chance(0.3)
  return {
    how,
    where: how === 'batch' ? 'here' : where,
    isLater,
    form: how === 'flatMap' && random.chance(0.6) ? 'stream' : 'whole',
    size: how === 'batch' ? random.pick([1, 2, 5, 16]) : 0,
    linger: how === 'batch' && random.once(3) ? random.pick([0, 1, 20]) : undefined,
    options: how === 'batch' ? {} : (given ?? optionsOf(random, where, isLater, how)),
  }
}

function optionsOf(random: Random, where: Where, isLater: boolean, how: How): StageOptions {
  const options: { -readonly [K in keyof StageOptions]: StageOptions[K] } = {
    onError: random.pick(['fail', 'fail', 'skip', 'letters'] as const),
    ordered: random.pick([true, true, true, false, how === 'unbatch' ? true : ('key' as const)]),
  }
  const threads = 1 + random.below(3)
  if (random.chance(0.5)) options.window = random.pick([1, 2, 3, 8, 64])
  if (isLater) options.concurrency = random.pick([1, 2, 4])
  if (random.once(3)) options.retries = random.below(3)
  if (options.retries !== undefined && random.once(3)) options.backoff = random.below(5)
  if (where === 'here') return options
  options.threads = threads
  const most = Math.floor((options.window ?? 64 * threads) / (2 * threads))
  if (random.once(3)) options.grain = random.pick([1, 2, 8].filter((grain) => grain <= Math.max(1, most)))
  if (random.once(5)) options.maxDeliveries = 1 + random.below(3)
  if (random.once(8)) options.reuse = false
  if (random.once(10)) options.recycle = { items: 50 + random.below(50) }
  return options
}

/** Chooses values of the stages that fail, among those that come to a stage if none does. */
function faultsOf(
  random: Random,
  given: readonly StagePlan[],
  items: number,
  hasDeaths: boolean,
  hasHangs: boolean,
): { stages: StagePlan[]; faults: Map<string, Fault> } {
  const stages = [...given]
  const faults = new Map<string, Fault>()
  const inputs: Entry[][] = []
  runStages(stages, new Map(), items, (at, entries) => {
    inputs[at] = entries
  })
  for (let left = random.pick([0, 0, 1, 2, 4]); left > 0; left--) {
    const at = random.below(stages.length)
    const stage = stages[at] as StagePlan
    const entry = inputs[at]?.[random.below(inputs[at]?.length ?? 1)]
    if (entry === undefined || stage.how === 'batch' || stage.how === 'unbatch') continue
    const isThread = stage.where === 'thread'
    const kind =
      isThread && hasHangs
        ? 'hang'
        : isThread && hasDeaths && random.chance(0.7)
          ? 'exit'
          : ('throw' as const)
    const place = placeOf(stage.how, entry.value)
    if (faults.has(place)) continue
    const isStream = stage.form === 'stream'
    faults.set(place, {
      kind,
      times: random.pick([1, 1, 2, 99]),
      after: isStream ? random.below(4) : 0,
      slot: faults.size,
    })
  }
  const kinds = [...faults.values()].map(({ kind }) => kind)
  if (kinds.some((kind) => kind !== 'throw')) tame(stages, faults, kinds.includes('hang'))
  return { stages, faults }
}

/**
 * Deaths are charged to all calls under way in the thread. Where there may be several, a count of deaths is
 * not the same each time: then every item survives.
 */
function tame(stages: StagePlan[], faults: Map<string, Fault>, hasHangs: boolean): void {
  const tamed = new Map<StageOptions, StageOptions>()
  const isShared = stages.some(({ where, options }) => where === 'thread' && (options.concurrency ?? 1) > 1)
  for (const [at, stage] of stages.entries()) {
    if (stage.where !== 'thread') continue
    let options = tamed.get(stage.options)
    if (options === undefined) {
      options = { ...stage.options }
      // A thread that hangs stops its other calls too: one of those may be the first to take too long.
      if (hasHangs) options = { ...options, timeout: TIMEOUT_MS, concurrency: 1 }
      if (isShared) options = { ...options, maxDeliveries: 1000 }
      tamed.set(stage.options, options)
    }
    stages[at] = { ...stage, options }
  }
  for (const [place, fault] of faults) {
    if (fault.kind === 'exit' && isShared) faults.set(place, { ...fault, times: Math.min(fault.times, 2) })
  }
}

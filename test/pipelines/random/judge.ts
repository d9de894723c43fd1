import { highWaterMarkOf, queueSizeOf, SinkFault, SourceFault } from './ends.ts'
import type { Executed } from './execute.ts'
import * as functions from './functions.mjs'
import { type Entry, type Expected, type Failure, groupsOf, runStages } from './model.ts'
import type { Plan, StagePlan } from './plan.ts'

/** The first thing that is wrong with a run, in words. */
export function judge(plan: Plan, run: Executed): string | undefined {
  const items = Math.min(plan.items, plan.throwsAt ?? plan.items, plan.silentAt ?? plan.items)
  const expected = runStages(plan.stages, plan.faults, items)
  return (
    judgeOutcome(plan, run, expected) ??
    judgeOutputs(plan, run, expected) ??
    judgeRest(plan, run) ??
    (run.outcome === 'whole' ? judgeWhole(plan, run, expected, items) : undefined)
  )
}

const show = (value: unknown) => JSON.stringify(value)

function judgeOutcome(
  plan: Plan,
  { outcome }: Executed,
  { outputs, failures }: Expected,
): string | undefined {
  const { end, throwsAt, silentAt, sinkThrowsAt, sink } = plan
  const fatal = sink === 'settled' ? [] : failures.filter(({ onError }) => onError === 'fail')
  if (outcome === 'whole') {
    if (fatal.length > 0) return `it ended by itself, and should have failed at ${show(fatal[0])}`
    if (throwsAt !== undefined) return 'it ended by itself, and the source has thrown'
    if (silentAt !== undefined) return 'it ended by itself, and the source is silent'
    if (sinkThrowsAt !== undefined && sinkThrowsAt < outputs.length)
      return 'it ended, and the sink has thrown'
    return undefined
  }
  if (outcome === 'ended') return end === undefined ? 'it was ended by nobody' : undefined
  const { error } = outcome
  if (error instanceof SourceFault) return throwsAt === undefined ? 'the source threw nothing' : undefined
  if (error instanceof SinkFault) return sinkThrowsAt === undefined ? 'the sink threw nothing' : undefined
  if ((error as { name?: string }).name === 'AbortError') {
    return end?.how === 'abort' ? undefined : `nobody has aborted it: ${error}`
  }
  if (fatal.some((failure) => isErrorOf(plan, error, failure))) return undefined
  return `it failed by ${shown(error)}; expected one of ${show(fatal)}`
}

function shown(error: unknown): string {
  const { message, item, group, code, cause } = error as Record<string, unknown>
  return show({ message, item, group, code, cause: String(cause), stack: (error as Error).stack })
}

/** Up to a stage that keeps no order, and batches by time, the index of each value is known. */
function isIndexKnown(stages: readonly StagePlan[], stage: number): boolean {
  const isBatched = stages.slice(0, stage).some(({ how }) => how === 'batch')
  return (
    !isBatched ||
    stages.slice(0, stage).every(({ options, linger }) => isInOrder(options.ordered) && linger === undefined)
  )
}

function isInOrder(ordered: unknown): boolean {
  return ordered === undefined || ordered === true
}

function isErrorOf(plan: Plan, error: unknown, failure: Failure): boolean {
  const { code, item, message, cause } = error as Error & Record<string, unknown>
  if (code !== 'ERR_THREAD') return false
  if (isIndexKnown(plan.stages, failure.stage) && item !== failure.index) return false
  if (!message.includes(failure.how) && plan.stages[failure.stage]?.where === 'thread') return false
  const { kind } = failure
  const causeCode = (cause as Record<string, unknown> | undefined)?.code
  if (kind === 'throw') return String(cause).includes('RangeError: fault of')
  if (kind === 'exit') return message.includes('its thread died') && causeCode === 'ERR_THREAD'
  return causeCode === 'ERR_RUN_TIMEOUT'
}

function judgeOutputs(plan: Plan, run: Executed, expected: Expected): string | undefined {
  if (plan.sink === 'settled') return judgeSettled(plan, run, expected)
  const isWhole = run.outcome === 'whole'
  const last = plan.stages.at(-1)
  if (last?.how === 'batch') {
    const sizes = run.outputs.map((batch) => (batch as unknown[]).length)
    const isShort = (size: number, at: number) =>
      size < 1 || size > last.size || (size < last.size && at < sizes.length - 1 && last.linger === undefined)
    if (sizes.some(isShort)) return `batches of ${show(sizes)}`
  }
  const got = run.outputs.flat() as string[]
  const wanted = expected.outputs.flatMap(({ value }) => value)
  const order = orderOf(plan.stages)
  const isOneByOne = order !== undefined
  if (isOneByOne) {
    for (const [part, values] of partsOf(got, order)) {
      const all = partsOf(wanted, order).get(part) ?? []
      const at = values.findIndex((value, index) => value !== all[index])
      if (at >= 0) return `value ${at} of ${part} is ${values[at]}, not ${all[at]}`
      if (isWhole && values.length < all.length) return `${part} has ${values.length} values of ${all.length}`
    }
  }
  const left = counted(wanted)
  for (const value of got) {
    const count = left.get(value) ?? 0
    if (count === 0) return `${value} came more often than it should: ${show(got)}`
    left.set(value, count - 1)
  }
  if (isWhole && got.length < wanted.length) {
    const lost = [...left].filter(([, count]) => count > 0).map(([value]) => value)
    return `lost: ${show(lost)}`
  }
  return undefined
}

function counted(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The parts of the outputs within which there is an order: by a text that stands for the part. */
type Order = (value: string) => string

function orderOf(stages: readonly StagePlan[]): Order | undefined {
  const loose = stages.flatMap((stage, at) => (isInOrder(stage.options.ordered) ? [] : [at]))
  if (loose.length === 0) return () => 'all'
  const [at] = loose as [number]
  if (loose.length > 1 || stages[at]?.options.ordered !== 'key') return undefined
  let depth = 1
  for (const { how } of stages.slice(0, at)) if (how === 'map' || how === 'flatMap') depth++
  return (value) => `key ${functions.keyOf(value.split('>').slice(0, depth).join('>'))}`
}

function partsOf(values: readonly string[], order: Order): Map<string, string[]> {
  const parts = new Map<string, string[]>()
  for (const value of values) {
    const part = order(value)
    const others = parts.get(part)
    if (others === undefined) parts.set(part, [value])
    else others.push(value)
  }
  return parts
}

function judgeSettled(plan: Plan, run: Executed, { outputs, failures }: Expected): string | undefined {
  const values = new Map(outputs.map(({ value, index }: Entry) => [index, value]))
  const seen = new Set<number>()
  const got = run.outputs as { index: number; value?: unknown; error?: unknown }[]
  for (const [at, outcome] of got.entries()) {
    const { index } = outcome
    if (seen.has(index)) return `item ${index} has two outcomes`
    seen.add(index)
    if (plan.stages.every(({ options }) => isInOrder(options.ordered)) && index !== at) {
      return `outcome ${at} is that of item ${index}`
    }
    const failure = failures.find((each) => each.index === index)
    if (failure === undefined) {
      if (outcome.value !== values.get(index)) return `item ${index} has ${show(outcome)}`
    } else if (!isErrorOf(plan, outcome.error, failure)) {
      return `item ${index} has ${shown(outcome.error ?? {})}, not ${show(failure)}`
    }
  }
  if (run.outcome === 'whole' && got.length < values.size + failures.length) return `${got.length} outcomes`
  return undefined
}

/**
 * How far the source may be ahead of the items that are done. The items of a batch are done together. Values
 * that leave the windows in order are neighbours, so only the first of them may hold items whose own values
 * have left. Once some are dropped, or leave out of order, each value may be the last of another batch.
 */
function mostAhead({ stages, source, faults }: Plan): number {
  const atEnds = source === 'readable' ? 4 : source === 'web' ? 2 : 0
  let most = atEnds
  /** Items in one value that comes to a stage, and those that are done together. */
  let itemsInOne = 1
  let together = 1
  let areApart = false
  for (const group of groupsOf(stages)) {
    const [{ how, size, where, options }] = group as [StagePlan]
    if (how === 'batch') {
      const each = areApart ? together : 1
      most += size * each
      itemsInOne = size * each
      together *= size
      continue
    }
    const { window, threads = 0, concurrency = 1, onError } = options
    const values = window ?? (where === 'thread' ? 64 * threads : concurrency === 1 ? 1 : 2 * concurrency)
    if (!isInOrder(options.ordered)) areApart = true
    most += values * (areApart ? together : itemsInOne)
    itemsInOne = 1
    const drops = group.some((stage) => stage.how === 'filter' || stage.how === 'flatMap')
    if (drops || (faults.size > 0 && onError !== 'fail')) areApart = true
  }
  // Those of the value that was given last are not done; nor those of the batch of the first one in order.
  return most + together + (areApart ? together - 1 : 0)
}

/** Values that the sink has accepted, and not given to the test. */
function mostAtSink({ sink, seed }: Plan): number {
  if (sink === 'queue') return queueSizeOf(seed)
  return sink === 'writable' ? highWaterMarkOf(seed) : sink === 'web' ? 1 : 0
}

function judgeRest(plan: Plan, run: Executed): string | undefined {
  const { counters, ahead, unreceived, source, stats } = run
  if (Atomics.load(counters, functions.OVERLAPS) > 0) return 'calls of one key overlapped'
  if (ahead > mostAhead(plan)) return `the source was ${ahead} items ahead, and may be ${mostAhead(plan)}`
  const [only, ...others] = plan.stages
  const isPlain = others.length === 0 && only?.how === 'map' && plan.faults.size === 0
  if (isPlain && plan.sink !== 'array' && unreceived > mostAhead(plan) - 1 + mostAtSink(plan)) {
    return `the source was ${unreceived} items ahead of those received`
  }
  if (source.isOpen() && stats.read > 0) return 'the source is open'
  const { queue } = source
  if (queue !== undefined && queue.unfinished !== (plan.silentAt ?? plan.items) - stats.done) {
    return `the queue has ${queue.unfinished} unfinished items, and ${stats.done} are done`
  }
  if (queue !== undefined && queue.size !== queue.unfinished) return 'items of the queue are held'
  if (stats.threads !== 0) return `${stats.threads} threads are at work`
  return undefined
}

function judgeWhole(plan: Plan, run: Executed, expected: Expected, items: number): string | undefined {
  const { read, done, inFlight, failed, skipped } = run.stats
  if (read !== items || done !== items || inFlight !== 0) return `stats: ${show(run.stats)}`
  const { failures } = expected
  if (failed !== failures.length && plan.sink !== 'settled') return `${failed} failed, not ${failures.length}`
  if (plan.sink === 'settled') return undefined
  if (skipped !== failures.length) return `${skipped} skipped, not ${failures.length}`
  const wanted = failures
    .filter(({ onError }) => onError === 'letters')
    .map(({ value, attempts }) => `${value} ${attempts}`)
  const got = run.letters.map(({ item, attempts }) => `${functions.textOf(item as string)} ${attempts}`)
  return show(wanted.sort()) === show(got.sort())
    ? undefined
    : `dead letters ${show(got)}, not ${show(wanted)}`
}

import * as functions from './functions.mjs'
import type { Fault, FaultKind, StagePlan } from './plan.ts'

/** A value under way in the model. */
export interface Entry {
  readonly value: string | string[]
  /** The index of its item; that of the first one of its batch. */
  readonly index: number
}

/** An item that fails for good. */
export interface Failure {
  /** The stage, and the name of the function that failed. */
  readonly stage: number
  readonly how: string
  readonly index: number
  readonly kind: FaultKind
  readonly value: string
  readonly onError: 'fail' | 'skip' | 'letters'
  /** Failed calls. */
  readonly attempts: number
}

export interface Expected {
  readonly outputs: Entry[]
  readonly failures: Failure[]
}

/** Stages that run as one: neighbours on threads with the same options, none of which keeps them apart. */
export function groupsOf(stages: readonly StagePlan[]): StagePlan[][] {
  const groups: StagePlan[][] = []
  for (const stage of stages) {
    const group = groups.at(-1)
    const before = group?.at(-1)
    if (before !== undefined && isFused(before, stage)) group?.push(stage)
    else groups.push([stage])
  }
  return groups
}

function isFused(before: StagePlan, stage: StagePlan): boolean {
  const { options } = stage
  return (
    before.where === 'thread' &&
    stage.where === 'thread' &&
    JSON.stringify(before.options) === JSON.stringify(options) &&
    options.ordered !== 'key' &&
    options.retries === undefined &&
    options.backoff === undefined &&
    options.timeout === undefined &&
    options.recycle === undefined
  )
}

/**
 * Runs the stages one after the other over items 0 to `count` - 1. Items that fail are left out, whatever
 * `onError` says. `seen` hears the values that come to each stage.
 */
export function runStages(
  stages: readonly StagePlan[],
  faults: ReadonlyMap<string, Fault>,
  count: number,
  seen: (stage: number, entries: Entry[]) => void = () => {},
): Expected {
  const args = { faults, counters: new Int32Array(functions.WORDS), keyed: [] }
  const failures: Failure[] = []
  let entries: Entry[] = Array.from({ length: count }, (_, index) => ({ value: String(index), index }))
  let at = 0
  for (const group of groupsOf(stages)) {
    const [first] = group as [StagePlan]
    if (first.how === 'batch') {
      seen(at++, entries)
      entries = batched(entries, first.size)
      continue
    }
    const inputs: Entry[][] = group.map(() => [])
    const outputs: Entry[] = []
    for (const entry of entries) {
      const failure = runItem(group, entry, args, inputs, outputs)
      if (failure !== undefined) failures.push({ ...failure, stage: at + failure.stage })
    }
    for (const each of inputs) seen(at++, each)
    entries = outputs
  }
  return { outputs: entries, failures }
}

function batched(entries: readonly Entry[], size: number): Entry[] {
  const batches: Entry[] = []
  for (let from = 0; from < entries.length; from += size) {
    const some = entries.slice(from, from + size)
    batches.push({ value: some.map(({ value }) => value as string), index: (some[0] as Entry).index })
  }
  return batches
}

interface Args {
  readonly faults: ReadonlyMap<string, Fault>
  readonly counters: Int32Array
  readonly keyed: never[]
}

const WAYS = {
  exit(): never {
    throw new functions.Death()
  },
  hang(): never {
    throw new functions.Hang()
  },
}

/** Calls until the item is done or has failed: outputs that have come before are not repeated. */
function runItem(
  group: readonly StagePlan[],
  entry: Entry,
  args: Args,
  inputs: Entry[][],
  outputs: Entry[],
): Failure | undefined {
  const { retries = 0, maxDeliveries = 3, onError = 'fail' } = (group[0] as StagePlan).options
  let emitted = 0
  let throws = 0
  let deaths = 0
  for (;;) {
    let produced = 0
    const place = { step: 0, value: '' }
    try {
      for (const value of called(group, 0, entry, args, throws + deaths === 0 ? inputs : undefined, place)) {
        if (++produced <= emitted) continue
        emitted = produced
        outputs.push({ value, index: entry.index })
      }
      return undefined
    } catch (error) {
      const isDeath = error instanceof functions.Death
      const kind = isDeath ? 'exit' : error instanceof functions.Hang ? 'hang' : 'throw'
      if (isDeath) deaths++
      else throws++
      if (isDeath ? deaths < maxDeliveries : throws <= retries) continue
      const step = isDeath || kind === 'hang' ? 0 : place.step
      const { how } = group[step] as StagePlan
      const { index } = entry
      const value = functions.textOf(entry.value) as string
      return { stage: step, how, index, kind, value, onError, attempts: throws + deaths }
    }
  }
}

function* called(
  group: readonly StagePlan[],
  step: number,
  { value, index }: Entry,
  args: Args,
  inputs: Entry[][] | undefined,
  place: { step: number },
): Generator<string> {
  const stage = group[step]
  if (stage === undefined) {
    yield value as string
    return
  }
  inputs?.[step]?.push({ value, index })
  place.step = step
  const next = (output: unknown) =>
    called(group, step + 1, { value: output as string, index }, args, inputs, place)
  const { how, form } = stage
  if (how === 'unbatch') for (const each of value as string[]) yield* next(each)
  else if (how === 'flatMap' && form === 'stream') {
    for (const output of functions.streamNow(value, args, WAYS)) {
      yield* next(output)
      place.step = step
    }
  } else {
    const output = functions.callNow(how, value, args, WAYS)
    if (how === 'filter') {
      if (output) yield* next(value)
    } else if (how === 'flatMap') for (const each of output as string[]) yield* next(each)
    else yield* next(output)
  }
}

import { availableParallelism } from 'node:os'
import type { Contender } from './contender.ts'
import { type Item, itemsOf } from './items.ts'
import type { Scenario } from './scenarios.ts'

const DEADLINE_MS = 60_000
const MOST_ITEMS = 400_000
/** Tasks of a round at least, for each thread. */
const LEAST_TASKS = 4
/** Trials by which the number of items is found: each takes as many as the one before says. */
const TRIALS = 4
/** The part of a round's ideal number of items with which the trials begin. */
const FIRST_TRIAL = 0.1

export interface Measured {
  readonly name: string
  readonly threads: number
  readonly items: number
  /** Items/s of each round, in order. Where times are spread, an item of the mean time counts as one. */
  readonly rates: readonly number[]
  /** Processor time of the whole process in each round, in µs for each item. */
  readonly cpu: readonly number[]
  /** Items that the source was read ahead, at most; undefined if not counted. */
  readonly ahead: number | undefined
}

export interface Result {
  readonly scenario: Scenario
  readonly contenders: readonly Measured[]
}

export interface Timed {
  readonly ms: number
  readonly cpuMs: number
  readonly ahead: number | undefined
}

/**
 * Runs rounds that alternate between the contenders; which goes first alternates, too. The rounds of all take
 * about `ms`, with as many items as each one needs for that.
 *
 * @throws Error if a result is lost or comes twice, if a round takes longer than 60 s, if a source is read
 *   beyond its window
 */
export async function measure(
  scenario: Scenario,
  turnsPerMicrosecond: number,
  rounds: number,
  ms: number,
): Promise<Result> {
  const prepared = await prepare(scenario, turnsPerMicrosecond, ms * scenario.longer)
  const entries: Entry[] = prepared.map((each) => ({ ...each, timed: [] }))
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { round: run, timed } of round % 2 === 0 ? entries : [...entries].reverse()) {
        timed.push(await run())
      }
    }
  } finally {
    await stopAll(prepared.map(({ contender }) => contender))
  }
  const meanTurns = scenario.meanTime * turnsPerMicrosecond
  return { scenario, contenders: entries.map((entry) => measuredOf(entry, meanTurns)) }
}

/** A contender that has been tried, with the items of its rounds. */
export interface Prepared {
  readonly contender: Contender
  readonly items: readonly Item[]
  readonly count: number
  /** Warms the threads up, then runs a round. */
  round(): Promise<Timed>
}

/** The contenders of a scenario, each with as many items as take it about `ms`. The caller stops them. */
export async function prepare(
  scenario: Scenario,
  turnsPerMicrosecond: number,
  ms: number,
): Promise<Prepared[]> {
  const itemsFor = itemMaker(scenario, turnsPerMicrosecond)
  const contenders = scenario.contenders()
  const prepared: Prepared[] = []
  try {
    for (const contender of contenders) {
      const count = await estimated(scenario, contender, itemsFor, ms)
      const items = itemsFor(count)
      const round = async () => {
        await warmUp(scenario, contender, items)
        return timedRound(scenario, contender, items)
      }
      prepared.push({ contender, items, count, round })
    }
  } catch (error) {
    await stopAll(contenders)
    throw error
  }
  return prepared
}

async function stopAll(contenders: readonly Contender[]): Promise<void> {
  await Promise.all(contenders.map((contender) => inTime(contender.stop(), `the end of ${contender.name}`)))
}

interface Entry extends Prepared {
  readonly timed: Timed[]
}

function measuredOf({ contender, items, timed }: Entry, meanTurns: number): Measured {
  const { name, threads } = contender
  const aheads = timed.map(({ ahead }) => ahead).filter((ahead) => ahead !== undefined)
  // Contenders have different numbers of the same items, so their mean times differ where times are spread.
  const count = items.reduce((sum, { turns }) => sum + turns, 0) / meanTurns
  return {
    name,
    threads,
    items: items.length,
    rates: timed.map(({ ms }) => (1000 * count) / ms),
    cpu: timed.map(({ cpuMs }) => (1000 * cpuMs) / count),
    ahead: aheads.length === 0 ? undefined : Math.max(...aheads),
  }
}

/** Makes the same items again, as many as wanted. */
function itemMaker(scenario: Scenario, turnsPerMicrosecond: number): (count: number) => readonly Item[] {
  const turnsOf = (index: number) => Math.round(scenario.taskTime(index) * turnsPerMicrosecond)
  let all: readonly Item[] = []
  return (count) => {
    if (all.length < count) all = itemsOf(count, turnsOf, scenario.more)
    return all.slice(0, count)
  }
}

/** The number of items that take a contender about `ms`. It warms the contender up. */
async function estimated(
  scenario: Scenario,
  contender: Contender,
  itemsFor: (count: number) => readonly Item[],
  ms: number,
): Promise<number> {
  const { threads } = contender
  const counted = (perMs: number) => {
    const count = Math.min(MOST_ITEMS, Math.max(LEAST_TASKS * threads, perMs * ms))
    return 2 * Math.ceil(count / 2)
  }
  const idealPerMs = (1000 * Math.min(threads, availableParallelism())) / scenario.meanTime
  await warmUp(scenario, contender, itemsFor(LEAST_TASKS * threads))
  let count = counted(FIRST_TRIAL * idealPerMs)
  // The fastest counts: cold code and other work of the machine only make a trial slower.
  let perMs = 0
  for (let trial = 0; trial < TRIALS; trial++) {
    const timed = await timedRound(scenario, contender, itemsFor(count))
    perMs = Math.max(perMs, count / timed.ms)
    count = counted(perMs)
  }
  return count
}

/** Threads that have slept for long start their work late; some are started again. */
async function warmUp(scenario: Scenario, contender: Contender, items: readonly Item[]): Promise<void> {
  const { name, threads } = contender
  await inTime(contender.prepare(items.slice(0, LEAST_TASKS * threads))(), `${scenario.name}, ${name}`)
}

async function timedRound(scenario: Scenario, contender: Contender, items: readonly Item[]): Promise<Timed> {
  const run = contender.prepare(items)
  const cpu = process.cpuUsage()
  const from = performance.now()
  const outcome = await inTime(run(), `${scenario.name}, ${contender.name}`)
  const ms = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  const { results, isOrdered, ahead } = outcome
  check(results, isOrdered, items.length, `${scenario.name}, ${contender.name}`)
  const window = scenario.windows[contender.name]
  if (ahead !== undefined && window !== undefined && ahead > window) {
    throw new Error(
      `${scenario.name}, ${contender.name}: the source was read ${ahead} items ahead, of at most ${window}`,
    )
  }
  return { ms, cpuMs: (user + system) / 1000, ahead }
}

/** @throws Error if the results are not each index once, in order where they must be */
function check(results: ArrayLike<number>, isOrdered: boolean, count: number, what: string): void {
  if (results.length !== count) throw new Error(`${what}: ${results.length} results of ${count} items`)
  const seen = new Uint8Array(count)
  for (let at = 0; at < count; at++) {
    const index = results[at] as number
    if (isOrdered && index !== at) throw new Error(`${what}: result ${at} is that of item ${index}`)
    if (seen[index] !== 0) throw new Error(`${what}: item ${index} has two results, or is none`)
    seen[index] = 1
  }
}

function inTime<T>(result: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${what}: nothing came for ${DEADLINE_MS / 1000} s`))
    const timer = setTimeout(late, DEADLINE_MS)
    result.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

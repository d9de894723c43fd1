import { Checker, type Expectations } from './checker.ts'
import { KINDS } from './kinds.ts'
import { type Evaluated, evaluated, Machine, type Options, type Thread } from './machine.ts'
import type { Program } from './steppable.ts'

/** A scenario: beside the threads' own steps, other things may happen, so often each. */
export interface Scenario extends Options {
  /** A thread that could go on is interrupted. */
  readonly preemptions: number
  /** A timer is late by one of these, in ns. */
  readonly lateness?: readonly number[]
  readonly kills?: number
  /** The threads that may be killed. */
  readonly mortal?: readonly number[]
  /** A thread that is to begin an event, or was woken, does not run until nothing else happens. */
  readonly stalls?: number
  /** The threads that may be stalled. */
  readonly stalled?: readonly number[]
  readonly expected?: Expectations
}

export interface Explored {
  readonly runs: number
  readonly states: number
  /** Runs to the end of all threads. */
  readonly ends: number
}

interface Choice {
  readonly thread?: Thread
  readonly what: 'step' | 'tick' | 'kill' | 'stall' | 'resume'
  readonly late?: number
}

/** One decision of so many is made by chance. */
const RATES = [8, 30, 100]
/** Longer than any run. */
const MOST_STEPS = 20_000

interface Left {
  preemptions: number
  ticks: number
  late: number
  kills: number
  stalls: number
}

/** Decides among the choices: the index of one. -1: this state was seen before. */
type Decide = (choices: readonly Choice[], machine: Machine, left: Left, last: number) => number

/** Explores all runs of a scenario within its bounds. @throws Error with a trace for a finding */
export function explore(program: Program, scenario: Scenario, mostRuns = Number.POSITIVE_INFINITY): Explored {
  const threads = scenario.scripts.map((_, index) => evaluated(program, index))
  const seen = new Set<number>()
  let path: { choice: number; of: number }[] = []
  let runs = 0
  let ends = 0
  while (runs < mostRuns) {
    let depth = 0
    const decide: Decide = (choices, machine, left, last) => {
      const known = path[depth]
      if (known !== undefined) {
        depth++
        return known.choice
      }
      const key = hashOf(machine, left, last)
      if (seen.has(key)) return -1
      seen.add(key)
      path.push({ choice: 0, of: choices.length })
      depth++
      return 0
    }
    runs++
    if (play(scenario, threads, decide)) ends++
    while (path.length > 0) {
      const top = path[path.length - 1] as { choice: number; of: number }
      if (++top.choice < top.of) break
      path.pop()
    }
    if (path.length === 0) break
    path = path.slice()
  }
  return { runs, states: seen.size, ends }
}

/** Runs of a scenario by chance, within its bounds. @throws Error with a trace for a finding */
export function sample(
  program: Program,
  scenario: Scenario,
  runs: number,
  below: (n: number) => number,
): Explored {
  const threads = scenario.scripts.map((_, index) => evaluated(program, index))
  for (let run = 0; run < runs; run++) {
    // Runs with interruptions in quick succession, and others with few.
    const rate = RATES[run % RATES.length] as number
    const decide: Decide = (choices) => (below(rate) > 0 ? 0 : below(choices.length))
    play(scenario, threads, decide)
  }
  return { runs, states: 0, ends: runs }
}

function hashOf(machine: Machine, left: Left, last: number): number {
  const budget = (((left.preemptions * 8 + left.ticks) * 8 + left.kills) * 8 + left.stalls) * 8 + left.late
  const key = machine.hash()
  return (key + (budget * 16 + last + 1) * 0x3779b1) % 0x1fffffffffffff
}

/**
 * One run, and once more for its trace if there is a finding. False if it came to a state that was seen
 * before.
 */
function play(scenario: Scenario, threads: readonly Evaluated[], decide: Decide): boolean {
  const made: number[] = []
  try {
    return playOnce(scenario, threads, (...args) => {
      const index = decide(...args)
      made.push(index)
      return index
    })
  } catch (error) {
    const trace: string[] = []
    let depth = 0
    try {
      playOnce(scenario, threads, () => made[depth++] ?? 0, trace)
    } catch {}
    throw new Error(`${(error as Error).message}\n  ${trace.join('\n  ')}`, { cause: error })
  }
}

function playOnce(
  scenario: Scenario,
  threads: readonly Evaluated[],
  decide: Decide,
  trace?: string[],
): boolean {
  const machine = new Machine(scenario, threads)
  const checker = new Checker(machine, scenario.expected)
  machine.observer = checker
  if (trace !== undefined) checker.log = trace
  const left: Left = {
    preemptions: scenario.preemptions,
    ticks: scenario.ticks ?? 0,
    late: scenario.ticks ?? 0,
    kills: scenario.kills ?? 0,
    stalls: scenario.stalls ?? 0,
  }
  let last: Thread | undefined
  for (let steps = 0; ; steps++) {
    if (steps > MOST_STEPS) throw new Error('the run does not end')
    if (last?.isRunnable && !last.isSeen) {
      machine.step(last)
      continue
    }
    const choices = choicesOf(scenario, machine, left, last)
    if (choices.length === 0) {
      checker.ended()
      return true
    }
    const index = choices.length === 1 ? 0 : decide(choices, machine, left, last?.index ?? -1)
    if (index < 0) return false
    const choice = choices[index] as Choice
    trace?.push(shown(choice, machine))
    if (choice.what === 'step' && last?.isRunnable && choice.thread !== last) left.preemptions--
    last = make(choice, machine, left, last)
  }
}

function choicesOf(scenario: Scenario, machine: Machine, left: Left, last: Thread | undefined): Choice[] {
  const { threads } = machine
  const choices: Choice[] = []
  if (last?.isRunnable) {
    choices.push({ what: 'step', thread: last })
    if (left.preemptions > 0)
      for (const thread of threads)
        if (thread !== last && thread.isRunnable) choices.push({ what: 'step', thread })
  } else for (const thread of threads) if (thread.isRunnable) choices.push({ what: 'step', thread })
  const isIdle = choices.length === 0
  if (isIdle) machine.observer?.idle()
  const asleep = threads.find(({ isStalled }) => isStalled)
  const next = machine.nextTime
  // A thread that is interrupted as it begins to sleep for so many ms sleeps longer.
  const mayPass = isIdle || (left.ticks > 0 && !threads.some(({ isFallingAsleep }) => isFallingAsleep))
  if (next !== Number.POSITIVE_INFINITY && mayPass) {
    choices.push({ what: 'tick', late: 0 })
    if (left.late > 0) for (const late of scenario.lateness ?? []) choices.push({ what: 'tick', late })
  }
  if (left.kills > 0)
    for (const index of scenario.mortal ?? threads.keys()) {
      const thread = threads[index] as Thread
      if (thread.isAlive && thread.line === undefined && !thread.isStalled)
        choices.push({ what: 'kill', thread })
    }
  if (left.stalls > 0)
    for (const index of scenario.stalled ?? threads.keys()) {
      const thread = threads[index] as Thread
      if (thread.isRunnable && thread.mayStall) choices.push({ what: 'stall', thread })
    }
  if (isIdle && asleep !== undefined) choices.push({ what: 'resume', thread: asleep })
  return choices
}

function make(choice: Choice, machine: Machine, left: Left, last: Thread | undefined): Thread | undefined {
  const { what, thread, late = 0 } = choice
  if (what === 'step') {
    machine.step(thread as Thread)
    return thread
  }
  if (what === 'tick') {
    if (machine.threads.some(({ isRunnable }) => isRunnable)) left.ticks--
    if (late > 0) left.late--
    machine.pass(Math.max(machine.nextTime, machine.clock) + late)
    return last
  }
  if (what === 'kill') {
    left.kills--
    machine.die(thread as Thread)
  } else if (what === 'stall') {
    left.stalls--
    ;(thread as Thread).isStalled = true
  } else (thread as Thread).isStalled = false
  return undefined
}

function shown({ what, thread, late }: Choice, machine: Machine): string {
  if (what === 'tick') return `time passes from ${machine.clock} to ${machine.nextTime + (late ?? 0)}`
  const { index, kind, at, a, b, line = '', running } = thread as Thread
  if (what !== 'step') return `${index}: ${what}`
  if (running === undefined) return `${index}: an event`
  return `${index}: ${line} ${KINDS[kind]} [${at}] ${a} ${b}`
}

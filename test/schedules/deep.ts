/**
 * Explores configurations further than the tests do, and samples all of them. `--help` lists the options.
 */
import { main } from '../../scripts/command-line.ts'
import type { Configuration } from './configurations/configuration.ts'
import { CONFIGURATIONS } from './configurations/index.ts'
import { type DeepOptions, deepOptionsOf, SCRIPT } from './deep-options.ts'
import { ExploringProcess } from './exploring-process.ts'
import { count, Totals } from './totals.ts'
import { done, type Outcome, type Work } from './work.ts'

/** In a full run, this number of configurations must be complete at bound 3. */
const REQUIRED = 6
const BOUND = 3
/** Schedules in a piece of work: enough for the code to be optimized. */
const PART = 25_000
const PROGRESS_MS = 20_000

class DeepRun {
  readonly #options: DeepOptions
  readonly #work: Work[]
  readonly #outcomes: Outcome[] = []
  readonly #totals = new Totals()
  readonly #began = performance.now()
  readonly #under = new Map<ExploringProcess, Work>()
  #failures = 0

  constructor(options: DeepOptions) {
    this.#options = options
    this.#work = workOf(options)
  }

  async run(): Promise<boolean> {
    const { configurations, seed, schedules, processes } = this.#options
    console.log(
      `Node ${process.version}; ${configurations.length} configurations; seed ${seed}; ` +
        `${count(schedules)} schedules by chance; ${processes} processes`,
    )
    const timer = setInterval(() => this.#progress(), PROGRESS_MS)
    const inParts = Array.from({ length: Math.min(processes, this.#work.length) }, () => this.#inProcess())
    await Promise.all(inParts)
    clearInterval(timer)
    return this.#report()
  }

  /** Gives work to one process until none is left. */
  async #inProcess(): Promise<void> {
    let exploring = new ExploringProcess()
    for (let work = this.#next(); work !== undefined; work = this.#next()) {
      this.#under.set(exploring, work)
      const outcome = await exploring.do(work)
      this.#under.delete(exploring)
      this.#note(outcome)
      if (!exploring.hasEnded) continue
      exploring = new ExploringProcess()
    }
    exploring.close()
  }

  #next(): Work | undefined {
    return this.#isLate ? undefined : this.#work.shift()
  }

  get #isLate(): boolean {
    return performance.now() - this.#began > this.#options.minutes * 60_000
  }

  #note(outcome: Outcome): void {
    const { work, explored, sampled, failure } = outcome
    this.#outcomes.push(outcome)
    if (explored !== undefined && 'preemptions' in work)
      this.#totals.addExploration({ name: work.name, bound: work.preemptions, explored })
    if (sampled !== undefined && 'seed' in work)
      this.#totals.addSampling({ name: work.name, seed: work.seed, sampled })
    if (failure === undefined && explored?.exhausted !== true) return
    this.#failures++
    console.log(`\n${work.name}: ${failure ?? 'stopped before the end'}`)
    const number = /schedule (-?\d+)/.exec(failure ?? '')?.[1]
    if ('seed' in work && number !== undefined) {
      console.log(
        `to run it again: npm run schedules:deep -- --only '${work.name}' --seed ${work.seed} --schedule ${number}`,
      )
    }
  }

  #progress(): void {
    const under = [...this.#under.values()].map(
      (work) => `${work.name}${'preemptions' in work ? `, bound ${work.preemptions}` : ''}`,
    )
    console.log(
      `  ${this.#minutes} min: ${count(this.#totals.schedules)} schedules, ${this.#totals.completeAt(0).length} explored to the end, ` +
        `${this.#work.length} parts left; now ${under.join(' | ')}`,
    )
  }

  get #minutes(): string {
    return ((performance.now() - this.#began) / 60_000).toFixed(1)
  }

  #report(): boolean {
    const { configurations, explores } = this.#options
    console.log(`\n${row(['configuration', 'bound', 'complete', 'states', 'schedules', 'kills survived'])}`)
    for (const { name } of configurations) console.log(row(this.#rowOf(name)))
    console.log('')
    for (const line of this.#totals.lines(BOUND)) console.log(line)
    const wanted = configurations.filter(({ deep }) => explores && deep !== undefined && deep >= BOUND)
    const required = Math.min(REQUIRED, wanted.length)
    const complete = this.#totals.completeAt(BOUND)
    const verdicts = [
      ...(this.#failures > 0 ? [`${this.#failures} findings`] : []),
      ...(this.#work.length > 0 ? [`${this.#work.length} parts not run within --minutes`] : []),
      ...(complete.length < required
        ? [`${complete.length} configurations complete at bound ${BOUND}, not ${required}`]
        : []),
    ]
    console.log(
      `${verdicts.length === 0 ? 'nothing lost, nothing stuck' : verdicts.join('; ')}; ${this.#minutes} min`,
    )
    return verdicts.length === 0
  }

  #rowOf(name: string): string[] {
    const own = this.#outcomes.filter(({ work }) => work.name === name)
    const exploration = own.find(({ work }) => 'preemptions' in work)
    let schedules = 0
    let made = exploration?.explored?.kills ?? 0
    let survived = made
    for (const { sampled } of own) {
      if (sampled === undefined) continue
      schedules += sampled.schedules
      survived += sampled.survived
      made += sampled.kills.asleep + sampled.kills.during + sampled.kills.between
    }
    const { explored } = exploration ?? {}
    const bound =
      exploration !== undefined && 'preemptions' in exploration.work ? exploration.work.preemptions : '-'
    return [
      name,
      String(bound),
      exploration === undefined ? '-' : explored?.exhausted === false ? 'yes' : 'NO',
      explored === undefined ? '-' : count(explored.states),
      count(schedules),
      made === 0 && survived === 0 ? '-' : `${count(survived)}/${count(made)}`,
    ]
  }
}

const WIDTHS = [42, 6, 9, 12, 12, 20]

function row(columns: readonly string[]): string {
  return columns
    .map((text, column) => {
      const width = WIDTHS[column] as number
      return column === 0 ? text.padEnd(width) : text.padStart(width)
    })
    .join('')
}

/** The longest explorations come first, so that the last process does not run alone for long. */
function workOf({ configurations, schedules, seed, explores }: DeepOptions): Work[] {
  const explorations = configurations.flatMap(({ name, deep, scenario, kills }) =>
    explores && deep !== undefined
      ? [
          {
            name,
            preemptions: Number.isFinite(deep) ? deep : ('all' as const),
            threads: scenario.threads.length + kills,
          },
        ]
      : [],
  )
  explorations.sort((a, b) => b.threads - a.threads)
  const work: Work[] = explorations.map(({ name, preemptions }) => ({ name, preemptions }))
  const each = Math.ceil(schedules / configurations.length)
  for (let from = 0; from < each; from += PART) {
    for (const { name } of configurations) work.push({ name, seed, from, count: Math.min(PART, each - from) })
  }
  return work
}

async function runOne({ name }: Configuration, seed: number, schedule: number): Promise<boolean> {
  const { failure } = await done({ name, seed, from: schedule, count: 1 })
  console.log(failure ?? `${name}, seed ${seed}, schedule ${schedule}: nothing found`)
  return failure === undefined
}

await main(SCRIPT, async (values) => {
  const options = deepOptionsOf(values, CONFIGURATIONS)
  const { schedule, seed, configurations } = options
  const isWhole =
    schedule === undefined
      ? await new DeepRun(options).run()
      : await runOne(configurations[0] as Configuration, seed, schedule)
  return isWhole ? 0 : 1
})

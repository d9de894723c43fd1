import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { Queue, QueueOptions, Report, Supervisor, SupervisorOptions } from '../../../src/index.ts'
import { until, within } from '../../support/deadline.ts'
import type { Random } from '../../support/random.mjs'
import type { Threads, Way } from './cells.ts'
import { type Delivery, isSound, judge, type Verdict } from './ledger.ts'
import type { Library, Sites } from './library.ts'
import { MOST, PLACES } from './places.ts'

/** Far above the time of a round, since shared machines are slow. */
export const ROUND_LIMIT_MS = 40_000
/** More than a round has threads, so that each of them can be a kept one. */
const MOST_SPARES = 8
/** The message of what fixtures throw and nothing catches. */
const UNCAUGHT = 'nobody catches this'
/** Small enough to be full within some ms. Many small arrays fill it, so Node can report the error. */
export const LITTLE_MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

export interface Item {
  readonly number: number
  readonly body: string
}

/** All that a round needs. */
export interface Setting {
  readonly millrace: Library
  readonly sites: Sites
  readonly random: Random
  readonly threads: Threads
}

export interface RoundReport extends Verdict {
  /** The number of threads that died or threw before their group was over. */
  readonly deaths: number
  readonly restarts: number
  readonly ms: number
}

export type JoinError = Error & { readonly code?: string; readonly report?: Report }

export interface JoinOutcome {
  readonly error?: JoinError
  readonly report?: Report | undefined
}

/** The instructions for a victim, which fixtures read. */
export interface Plan {
  readonly way: Way | 'none'
  /** The numbers of the items from which on the victims die. */
  readonly at: readonly number[]
}

/** The Workers of this process that have not exited, by threadId, and the listeners to starts and exits. */
export const alive = new Map<number, Worker>()
export const listeners = { started: (_worker: Worker) => {}, exited: (_thread: number) => {} }
const warnings: Error[] = []
/** The runs that a thread has begun, by threadId. */
const runs = new Map<number, number>()

/** Called before the library is loaded, so that a death is known here first, and spares are many. */
export function observe(): void {
  os.availableParallelism = () => MOST_SPARES
  syncBuiltinESMExports()
  process.on('worker', (worker) => {
    const thread = worker.threadId
    alive.set(thread, worker)
    worker.once('exit', () => {
      alive.delete(thread)
      listeners.exited(thread)
    })
    listeners.started(worker)
  })
  process.on('warning', (warning) => warnings.push(warning))
}

/** The threads that the library keeps: alive, and no one's. */
function resting(): ReadonlySet<number> {
  const others = (globalThis as Record<symbol, unknown>)[Symbol.for('millrace.others')]
  return (others as { resting: ReadonlySet<number> }).resting
}

/** The threads of this process that are alive, without kept ones. */
export function atWork(): number[] {
  return [...alive.keys()].filter((thread) => !resting().has(thread))
}

/** Every seventh is a long one. */
function itemOf(number: number): Item {
  return { number, body: 'b'.repeat(number % 7 === 0 ? 3000 : 5) }
}

/** One run of a supervisor in which threads are killed, and the checks after it. */
export class Stage {
  readonly millrace: Library
  readonly random: Random
  readonly queue: Queue<Item>
  readonly supervisor: Supervisor
  readonly plan: Plan
  readonly words = new Int32Array(
    new SharedArrayBuffer((PLACES.LOG + MOST * PLACES.ENTRY) * Int32Array.BYTES_PER_ELEMENT),
  )
  readonly stored = new Set<number>()
  readonly attempted = new Set<number>()
  /** Whether the tasks of the round take kept threads, and leave theirs. */
  readonly reuse: boolean
  /** threadIds of the threads that died or threw. */
  readonly dead = new Set<number>()
  /** The number of deaths and throws, those before the function had begun included. */
  deaths = 0
  restarts = 0
  /** The number of runs that have begun. */
  starts = 0
  /** threadIds of kept threads that died by something uncaught: a fresh thread follows, uncounted. */
  readonly acquitted = new Set<number>()
  /** threadIds of all runs that have begun. */
  readonly ran = new Set<number>()
  /** threadIds of the threads that were ended from outside. */
  readonly killed = new Set<number>()
  /** The error with which puts of this thread ended. */
  refusal: (Error & { code?: string }) | undefined
  readonly #sites: Sites
  /** The threads that were there before. */
  readonly #old = new Set(alive.keys())
  /** Runs that must begin on kept threads, and those that had before. */
  readonly #mustReuse: number
  readonly #hadReused: number
  readonly #since = performance.now()

  /** `threads`: how many threads the round begins with. Where it uses kept ones, there are so many. */
  static async open(
    setting: Setting,
    plan: Plan,
    maxsize: number,
    options: SupervisorOptions,
    threads: number,
    queueOptions: QueueOptions<Item> = {},
  ): Promise<Stage> {
    if (setting.threads === 'kept' && threads > 0) await warm(setting, options, threads)
    return new Stage(setting, plan, { maxsize, ...queueOptions }, options, threads)
  }

  private constructor(
    { millrace, sites, random, threads }: Setting,
    plan: Plan,
    queueOptions: QueueOptions<Item>,
    options: SupervisorOptions,
    first: number,
  ) {
    this.millrace = millrace
    this.reuse = threads === 'kept'
    this.#sites = sites
    this.random = random
    this.plan = plan
    this.queue = new millrace.Queue<Item>({ ...queueOptions, name: 'items' })
    this.supervisor = new millrace.Supervisor(options)
    this.supervisor.on('exit', ({ threadId, exitCode, error }) => {
      if (exitCode === undefined && error === undefined) return
      this.deaths++
      this.dead.add(threadId)
      const isUncaught = exitCode !== undefined && (error?.cause as Error | undefined)?.message === UNCAUGHT
      if (isUncaught && (runs.get(threadId) ?? 0) > 1) this.acquitted.add(threadId)
    })
    this.supervisor.on('start', ({ threadId }) => {
      this.starts++
      this.ran.add(threadId)
    })
    countRuns(this.supervisor)
    this.supervisor.on('restart', () => {
      this.restarts++
    })
    this.openGate()
    warnings.length = 0
    this.#mustReuse = this.reuse ? first : 0
    this.#hadReused = this.supervisor.stats().spares.reused
  }

  /** Deaths that are answered by a restart which is counted. */
  get countedDeaths(): number {
    return this.deaths - this.acquitted.size
  }

  file(name: string): URL {
    return new URL(name, this.#sites.fixtures)
  }

  /** The arguments of every fixture. */
  get shared() {
    return { words: this.words, places: PLACES, plan: this.plan }
  }

  load(place: 'FIRED' | 'VICTIM' | 'DAMAGED' | 'LENGTH' | 'BLOCKED'): number {
    return Atomics.load(this.words, PLACES[place])
  }

  openGate(): void {
    Atomics.store(this.words, PLACES.GATE, 1)
    Atomics.notify(this.words, PLACES.GATE)
  }

  /** Timers that functions have left act from now on. */
  act(): void {
    Atomics.store(this.words, PLACES.ACT, 1)
  }

  closeGate(): void {
    Atomics.store(this.words, PLACES.GATE, 0)
  }

  /** Puts items, unless the queue is shut down meanwhile. */
  async feed(from: number, to: number): Promise<void> {
    for (let number = from; number < to; number++) {
      this.attempted.add(number)
      try {
        await this.queue.put(itemOf(number))
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_QUEUE_SHUT_DOWN') throw error
        this.refusal = error as Error
        return
      }
      this.stored.add(number)
    }
  }

  /** Puts items together. */
  async feedAtOnce(from: number, to: number): Promise<void> {
    const numbers = Array.from({ length: to - from }, (_, index) => from + index)
    for (const number of numbers) this.attempted.add(number)
    await this.queue.putMany(numbers.map(itemOf))
    for (const number of numbers) this.stored.add(number)
  }

  /** Resolves with the next victim that waits for its end; with undefined once `isOver` is true. */
  async victim(isOver: () => boolean): Promise<number | undefined> {
    await until(() => this.load('VICTIM') !== 0 || isOver(), 'a victim is where it is to die', ROUND_LIMIT_MS)
    const thread = this.load('VICTIM')
    Atomics.store(this.words, PLACES.VICTIM, 0)
    return thread === 0 ? undefined : thread
  }

  /** A thread of this process that waits on `side`. */
  asleep(side: 'get' | 'put'): number | undefined {
    const { threads } = this.queue.stats()
    const found = threads.filter(({ thread, waiting }) => alive.has(thread) && waiting.includes(side))
    return found.length === 0 ? undefined : this.random.pick(found).thread
  }

  /** Waits up to 2 ms, so that an end from outside comes at any moment. */
  async aMoment(): Promise<void> {
    if (this.random.once(2)) await sleep(this.random.below(3))
  }

  kill(thread: number): void {
    this.killed.add(thread)
    void alive.get(thread)?.terminate()
  }

  /** Ends the thread from outside, and resolves when it has exited. */
  async killAndWait(thread: number): Promise<void> {
    this.kill(thread)
    await until(() => !alive.has(thread), `thread ${thread} exits`, ROUND_LIMIT_MS)
  }

  /** The outcome of `join`. */
  async outcome(): Promise<JoinOutcome> {
    try {
      return { report: await within(this.supervisor.join(), 'join', ROUND_LIMIT_MS) }
    } catch (error) {
      if (String(error).includes('not within')) throw new Error(`${error}\n${this.#state()}`)
      return { error: error as JoinError, report: (error as JoinError).report }
    }
  }

  #state(): string {
    return JSON.stringify({
      supervisor: this.supervisor.stats(),
      queue: this.queue.stats(),
      alive: [...alive.keys()],
    })
  }

  deliveries(): Delivery[] {
    const { LOG, ENTRY } = PLACES
    const length = this.load('LENGTH')
    if (length >= MOST) throw new Error('more deliveries than there is room to note')
    return Array.from({ length }, (_, index) => {
      const entry = LOG + index * ENTRY
      const [number, thread, state, life] = this.words.subarray(entry, entry + ENTRY) as unknown as number[]
      return { number: (number as number) - 1, thread, state, life } as Delivery
    }).filter(({ number }) => number >= 0)
  }

  /** Checks all figures after the end. `expected`: the codes of warnings that are allowed. */
  conclude(
    more: readonly Delivery[] = [],
    isDead = (delivery: Delivery) => this.dead.has(delivery.thread),
  ): RoundReport {
    const verdict = judge(this.stored, this.attempted, [...this.deliveries(), ...more], isDead)
    const faults: string[] = []
    if (!isSound(verdict)) faults.push(`items went astray: ${JSON.stringify(verdict)}`)
    if (this.load('DAMAGED') > 0) faults.push(`${this.load('DAMAGED')} items arrived damaged`)
    const outlived = atWork().filter((thread) => !this.#old.has(thread) || this.ran.has(thread))
    if (outlived.length > 0) faults.push(`threads outlived the join: ${outlived}`)
    const reused = this.supervisor.stats().spares.reused - this.#hadReused
    if (this.reuse ? reused < this.#mustReuse : reused > 0)
      faults.push(`${reused} runs began on kept threads, and not ${this.#mustReuse}`)
    const { threads, unfinished, size, held } = this.queue.stats()
    if (unfinished + size + held > 0) faults.push(`unfinished ${unfinished}, size ${size}, held ${held}`)
    if (threads.length > 1) faults.push(`${threads.length} threads are attached`)
    if (this.supervisor.stats().threads > 0) faults.push(`${this.supervisor.stats().threads} threads at work`)
    for (const warning of warnings) faults.push(`warning: ${warning.message}`)
    if (faults.length > 0) throw new Error(`${faults.join('; ')}\n${this.#state()}`)
    this.queue[Symbol.dispose]()
    const ms = performance.now() - this.#since
    return { ...verdict, deaths: this.deaths, restarts: this.restarts, ms }
  }
}

/** Counts the runs of the supervisor's threads: a thread that has several is a kept one. */
export function countRuns(of: Supervisor): void {
  of.on('start', ({ threadId }) => runs.set(threadId, (runs.get(threadId) ?? 0) + 1))
}

/** Makes kept threads, as many as `threads`, by functions that end. */
async function warm(
  { millrace, sites }: Setting,
  { resourceLimits }: SupervisorOptions,
  threads: number,
): Promise<void> {
  const supervisor = new millrace.Supervisor(resourceLimits === undefined ? {} : { resourceLimits })
  countRuns(supervisor)
  const filename = new URL('consumer.mjs', sites.fixtures)
  supervisor.spawn({ filename, name: 'nothing', threads, reuse: true })
  await within(supervisor.join(), 'threads are made to be kept', ROUND_LIMIT_MS)
  const { spares } = supervisor.stats()
  check(spares.idle >= threads, `${threads} threads are kept`, spares)
}

export function check(condition: boolean, what: string, found?: unknown): asserts condition {
  if (!condition)
    throw new Error(
      `${what}${found === undefined ? '' : `: ${found instanceof Error ? `${found.stack} cause ${found.cause}` : JSON.stringify(found)}`}`,
      { cause: found },
    )
}

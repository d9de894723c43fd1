import { setTimeout as sleep } from 'node:timers/promises'
import type { QueueStats } from '../../../src/index.ts'
import { DEADLINE_MS, until, within } from '../../support/deadline.ts'
import type { Random } from '../../support/random.mjs'
import { isClean } from '../clean.ts'
import { type Fault, injectFault } from '../inject-fault.ts'
import { millrace } from '../library.ts'
import { type Balance, balance, faultsOfBalance } from '../notes/deliveries.ts'
import { Marks } from '../notes/marks.ts'
import { type Cell, isFinal, isShutdown, type Kind, OPERATIONS, type Topology } from './dimensions.ts'
import { Survivor } from './survivor.ts'
import { type Queues, Victim, type VictimPlan } from './victim.ts'

const CLASSES = { fifo: 'Queue', lifo: 'LifoQueue', priority: 'PriorityQueue' } as const
const IN_FLIGHT = 8

/** The numbers of survivors, the maxsize of their queue, and the ms that each waits between two items. */
const SURVIVORS: { readonly [T in Topology]: Survivors } = {
  '1P1C': { producers: 1, consumers: 1, maxsize: 64, put: 0, get: 0 },
  '2P2C': { producers: 2, consumers: 2, maxsize: 64, put: 0, get: 0 },
  'near empty': { producers: 2, consumers: 2, maxsize: 64, put: 1, get: 0 },
  'near full': { producers: 2, consumers: 2, maxsize: 4, put: 0, get: 1 },
}
interface Survivors {
  readonly producers: number
  readonly consumers: number
  readonly maxsize: number
  readonly put: number
  readonly get: number
}

/** Rounds that each survivor must still do after every death. */
const ROUNDS = 5

/** Counts and times of the deaths at one queue. */
export interface QueueReport extends Balance {
  kills: number
  /** Deaths inside an operation, inside a native call, and asleep. */
  inOperation: number
  inNativeCall: number
  asleep: number
  missedWakes: number
  /**
   * ms from the last `exit` event to the last redelivery, for each kill with one. Below zero: it came first.
   */
  sinceExit: number[]
  /** ms from the order to end, or from when the thread began to end itself, to the last redelivery. */
  sinceEnd: number[]
}

export function noReport(): QueueReport {
  return {
    ...{ kills: 0, inOperation: 0, inNativeCall: 0, asleep: 0, missedWakes: 0, sinceExit: [], sinceEnd: [] },
    ...{ items: 0, lost: 0, unknown: 0, held: 0, duplicates: 0, excess: 0 },
  }
}

/** A queue with producers and consumers that survive, while victims beside them are killed. */
export class TestedQueue {
  readonly report = noReport()
  readonly #queues: Queues
  readonly #marks = new Marks()
  readonly #kind: Kind
  readonly #random: Random
  readonly #survivors: readonly Survivor[]
  #isDiscarding = false

  constructor(kind: Kind, topology: Topology, victims: number, random: Random, codec: unknown) {
    const { producers, consumers, maxsize, put, get } = SURVIVORS[topology]
    const { Queue, [CLASSES[kind]]: Kind } = millrace
    // There is room for the living only, so the successor of a dead thread needs its ledger.
    const maxThreads = 1 + producers + consumers + victims
    const options = { maxsize, maxThreads, maxInFlight: IN_FLIGHT, codec: codec as never }
    this.#queues = { queue: new Kind<number>(options), other: new Queue<number>(options) }
    this.#kind = kind
    this.#random = random
    const start = (role: 'put' | 'get', pace: number) =>
      new Survivor(role, pace, this.#queues.queue.handle, this.#marks)
    this.#survivors = [
      ...Array.from({ length: producers }, () => start('put', put)),
      ...Array.from({ length: consumers }, () => start('get', get)),
    ]
  }

  /** Puts a fault into the recovery by this process. */
  injectFault(fault: Fault): void {
    injectFault(this.#queues.queue, fault)
  }

  get isUsedUp(): boolean {
    return this.#marks.isUsedUp
  }

  get stats(): QueueStats {
    return this.#queues.queue.stats()
  }

  /** The number of threads that one kill ends. */
  static victimsOf({ moment }: Cell): number {
    return moment === 'at once' ? 3 : moment === "another's recovery" ? 2 : 1
  }

  /** Kills one victim, or several at once. After a final cell the queue is at its end. */
  async kill(cell: Cell): Promise<void> {
    this.#marks.closeGate()
    this.#marks.rest()
    await this.#allSurvivors((survivor) => survivor.arrives())
    const victims = this.#victims(cell)
    // Threads at full speed would delay the start of a new one.
    if (cell.moment !== 'starting') await Promise.all(victims.map((victim) => victim.reaches(1)))
    Atomics.store(this.#marks.redelivery, 0, 0n)
    this.#marks.goOn()
    const asleep = await this.#endVictims(cell, victims)
    const times = await within(Promise.all(victims.map(({ dead }) => dead)), 'the deaths')
    this.#note(victims, asleep)
    await this.#isFree(victims)
    this.#isDiscarding = cell.operation === 'shutdown immediate'
    if (!isFinal(cell)) await this.#allSurvivors((survivor) => survivor.goesOn(ROUNDS))
    else await this.#allSurvivors((survivor) => survivor.ends())
    // A returned item of low priority waits behind others, which tells nothing about recovery.
    const last = Atomics.load(this.#marks.redelivery, 0)
    if (last === 0n || this.#kind === 'priority') return
    const since = (times: readonly bigint[]) =>
      Number(last - times.reduce((latest, time) => (time > latest ? time : latest))) / 1e6
    this.report.sinceExit.push(since(times))
    const ends = victims.flatMap(({ end }) => end ?? [])
    if (ends.length === victims.length) this.report.sinceEnd.push(since(ends))
  }

  /** Runs threads with random operations beside the survivors, `victims` of them, and kills none. */
  async live(victims: number): Promise<void> {
    const all = OPERATIONS.filter((operation) => !isShutdown(operation))
    const plans = Array.from({ length: victims }, (): VictimPlan => {
      const operation = this.#random.pick(all)
      return { operation, way: 'none', moment: 'mid-operation', after: 0, gated: false }
    })
    const living = plans.map((plan) => new Victim(plan, this.#queues, this.#marks))
    await this.#allSurvivors((survivor) => survivor.arrives())
    await this.#allSurvivors((survivor) => survivor.goesOn(100))
    await this.#finish(living)
  }

  /** Lets the survivors empty the queue, and checks the queue and the items. */
  async end(): Promise<void> {
    await this.#finish([])
  }

  async #finish(living: readonly Victim[]): Promise<void> {
    const { queue, other } = this.#queues
    this.#marks.stop()
    await Promise.all(this.#survivors.flatMap((each) => (each.puts ? each.ends() : [])))
    queue.shutdown()
    // A select would wait for it otherwise.
    other.shutdown()
    await this.#allSurvivors((survivor) => survivor.ends())
    await Promise.all(living.map((victim) => victim.ends()))
    await queue.join({ timeout: DEADLINE_MS })
    await isClean(queue, 1)
    await isClean(other, 1)
    const { report } = this
    for (const each of [queue, other]) {
      report.missedWakes += (each.stats() as { missedWakes?: number }).missedWakes ?? 0
    }
    const sums = balance(this.#marks.deliveries())
    // The shutdown discarded them, which finishes them.
    if (this.#isDiscarding) sums.lost = 0
    const faults = faultsOfBalance(sums, report.kills * IN_FLIGHT)
    if (this.#marks.strange > 0) faults.push(`${this.#marks.strange} items were no numbers`)
    if (report.kills === 0 && report.missedWakes > 0)
      faults.push(`${report.missedWakes} missed wakes without a death`)
    if (faults.length > 0) throw new Error(faults.join('; '))
    Object.assign(report, sums)
    queue[Symbol.dispose]()
    other[Symbol.dispose]()
  }

  async #allSurvivors(act: (survivor: Survivor) => Promise<void>): Promise<void> {
    await Promise.all(this.#survivors.map(act))
  }

  #victims({ operation, way, moment }: Cell): Victim[] {
    const count = TestedQueue.victimsOf({ moment } as Cell)
    const isSelfInflicted = way !== 'terminate'
    return Array.from({ length: count }, () => {
      const after = isShutdown(operation) ? 0 : 2 + this.#random.below(12)
      const gated = moment === 'last holder' || (moment === 'at once' && isSelfInflicted)
      return new Victim({ operation, way, moment, after, gated }, this.#queues, this.#marks)
    })
  }

  /**
   * Terminates the victims, or waits until they end themselves. Returns how many slept when they were
   * terminated.
   */
  async #endVictims(cell: Cell, victims: readonly Victim[]): Promise<number> {
    const { operation, way, moment } = cell
    const [first, second] = victims as [Victim, Victim | undefined]
    const queue = this.#queues.queue
    // The second is terminated when the first exits.
    if (second !== undefined && moment === "another's recovery") first.onExit = () => second.terminate()
    if (moment === 'last holder') {
      await first.arrives()
      queue.shutdown()
      await until(
        () => queue.stats().unfinished === this.#heldBy(first) && queue.stats().size === 0,
        'all items but those of the last holder are finished',
      )
      this.#marks.openGate()
    } else if (moment === 'at once' && way !== 'terminate') {
      await Promise.all(victims.map((victim) => victim.arrives()))
      this.#marks.openGate()
    }
    if (!first.isTerminated) return 0
    if (way === 'endless') await first.arrives()
    else if (moment === 'starting') await sleep(this.#random.below(60))
    else if (moment === 'asleep') await until(() => this.#sleeps(first), `a victim sleeps in ${operation}`)
    else if (moment === 'native call') await first.entersNativeCall()
    else if (moment === 'between') await first.arrives()
    else if (moment !== 'last holder') {
      await Promise.all(victims.map((victim) => victim.reaches(3)))
      await sleep(this.#random.below(10))
    }
    const asleep = victims.filter((victim) => this.#sleeps(victim)).length
    if (moment === "another's recovery") first.terminate()
    else for (const victim of victims) victim.terminate()
    return asleep
  }

  #heldBy({ threadId }: Victim): number {
    return this.stats.threads.find(({ thread }) => thread === threadId)?.held ?? 0
  }

  #sleeps({ threadId }: Victim): boolean {
    return this.stats.threads.some(({ thread, waiting }) => thread === threadId && waiting.length > 0)
  }

  #note(victims: readonly Victim[], asleep: number): void {
    const { report } = this
    report.kills += victims.length
    report.asleep += asleep
    for (const victim of victims) {
      if (victim.isInOperation) report.inOperation++
      if (victim.isInNativeCall) report.inNativeCall++
    }
  }

  async #isFree(dead: readonly Victim[]): Promise<void> {
    const { queue, other } = this.#queues
    const isLeft = ({ threadId }: Victim) =>
      [queue, other].some((each) => each.stats().threads.some(({ thread }) => thread === threadId))
    await until(() => !dead.some(isLeft), 'the ledgers of the dead are free')
  }
}

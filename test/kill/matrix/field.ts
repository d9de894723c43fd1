import { setTimeout as sleep } from 'node:timers/promises'
import type { QueueStats } from '../../../src/index.ts'
import { PATIENCE, until, within } from '../../support/deadline.ts'
import type { Random } from '../../support/random.mjs'
import { isClean } from '../clean.ts'
import { millrace } from '../library.ts'
import { type Balance, balance, faultsOfBalance } from '../notes/deliveries.ts'
import { Marks } from '../notes/marks.ts'
import { type Fault, spoil } from '../sabotage.ts'
import { Companion } from './company.ts'
import { type Cell, isFinal, isShutdown, type Kind, OPERATIONS, type Topology } from './dimensions.ts'
import { type Part, type Queues, Victim } from './victim.ts'

const CLASSES = { fifo: 'Queue', lifo: 'LifoQueue', priority: 'PriorityQueue' } as const
const IN_FLIGHT = 8

/** How many live, how many items they have room for, and ms that each waits between two. */
const COMPANY: { readonly [T in Topology]: Company } = {
  '1P1C': { producers: 1, consumers: 1, maxsize: 64, put: 0, get: 0 },
  '2P2C': { producers: 2, consumers: 2, maxsize: 64, put: 0, get: 0 },
  'near empty': { producers: 2, consumers: 2, maxsize: 64, put: 1, get: 0 },
  'near full': { producers: 2, consumers: 2, maxsize: 4, put: 0, get: 1 },
}
interface Company {
  readonly producers: number
  readonly consumers: number
  readonly maxsize: number
  readonly put: number
  readonly get: number
}

/** Rounds that each who lives must go on for after every death. */
const ROUNDS = 5

/** What came of the deaths at one queue. */
export interface FieldReport extends Balance {
  kills: number
  /** Died with an operation begun and not ended, in a native call, asleep. */
  inOperation: number
  inNativeCall: number
  asleep: number
  missedWakes: number
  /** ms from the last `exit` event to the last redelivery, of each kill after which there was one; below zero where that came first. */
  sinceExit: number[]
  /** As before, from when the end was ordered or the thread began to end itself. */
  sinceEnd: number[]
}

export function noReport(): FieldReport {
  return {
    ...{ kills: 0, inOperation: 0, inNativeCall: 0, asleep: 0, missedWakes: 0, sinceExit: [], sinceEnd: [] },
    ...{ items: 0, lost: 0, unknown: 0, held: 0, duplicates: 0, excess: 0 },
  }
}

/** One queue with producers and consumers that live, while others beside them are killed. */
export class Field {
  readonly report = noReport()
  readonly #queues: Queues
  readonly #marks = new Marks()
  readonly #kind: Kind
  readonly #random: Random
  readonly #company: readonly Companion[]
  #isDiscarding = false

  constructor(kind: Kind, topology: Topology, victims: number, random: Random, codec: unknown) {
    const { producers, consumers, maxsize, put, get } = COMPANY[topology]
    const { Queue, [CLASSES[kind]]: Kind } = millrace
    // No more than are alive: who follows a dead thread needs its place.
    const maxThreads = 1 + producers + consumers + victims
    const options = { maxsize, maxThreads, maxInFlight: IN_FLIGHT, codec: codec as never }
    this.#queues = { queue: new Kind<number>(options), other: new Queue<number>(options) }
    this.#kind = kind
    this.#random = random
    const start = (role: 'put' | 'get', pace: number) =>
      new Companion(role, pace, this.#queues.queue.handle, this.#marks)
    this.#company = [
      ...Array.from({ length: producers }, () => start('put', put)),
      ...Array.from({ length: consumers }, () => start('get', get)),
    ]
  }

  /** Breaks how this process recovers. */
  spoil(fault: Fault): void {
    spoil(this.#queues.queue, fault)
  }

  get isWorn(): boolean {
    return this.#marks.isWorn
  }

  get stats(): QueueStats {
    return this.#queues.queue.stats()
  }

  /** So many die of one kill. */
  static victimsOf({ moment }: Cell): number {
    return moment === 'at once' ? 3 : moment === "another's recovery" ? 2 : 1
  }

  /** One death, or several at once. After a final one the queue is at its end. */
  async kill(cell: Cell): Promise<void> {
    this.#marks.closeGate()
    this.#marks.rest()
    await this.#everyone((companion) => companion.arrives())
    const victims = this.#victims(cell)
    // Others at full speed would keep them from it for long.
    if (cell.moment !== 'starting') await Promise.all(victims.map((victim) => victim.reaches(1)))
    Atomics.store(this.#marks.redelivery, 0, 0n)
    this.#marks.goOn()
    const asleep = await this.#bringAbout(cell, victims)
    const times = await within(Promise.all(victims.map(({ dead }) => dead)), 'the deaths')
    this.#note(victims, asleep)
    await this.#isFree(victims)
    this.#isDiscarding = cell.operation === 'shutdown immediate'
    if (!isFinal(cell)) await this.#everyone((companion) => companion.goesOn(ROUNDS))
    else await this.#everyone((companion) => companion.ends())
    // A returned item of low priority waits its turn: that says nothing of recovery.
    const last = Atomics.load(this.#marks.redelivery, 0)
    if (last === 0n || this.#kind === 'priority') return
    const since = (times: readonly bigint[]) =>
      Number(last - times.reduce((latest, time) => (time > latest ? time : latest))) / 1e6
    this.report.sinceExit.push(since(times))
    const ends = victims.flatMap(({ end }) => end ?? [])
    if (ends.length === victims.length) this.report.sinceEnd.push(since(ends))
  }

  /** Every operation that goes on for as long as there are items, `victims` at a time, and nobody dies. */
  async live(victims: number): Promise<void> {
    const all = OPERATIONS.filter((operation) => !isShutdown(operation))
    const parts = Array.from({ length: victims }, (): Part => {
      const operation = this.#random.pick(all)
      return { operation, way: 'none', moment: 'mid-operation', after: 0, gated: false }
    })
    const living = parts.map((part) => new Victim(part, this.#queues, this.#marks))
    await this.#everyone((companion) => companion.arrives())
    await this.#everyone((companion) => companion.goesOn(100))
    await this.#finish(living)
  }

  /** Lets those who live empty the queue, and checks all that must be true then. */
  async end(): Promise<void> {
    await this.#finish([])
  }

  async #finish(living: readonly Victim[]): Promise<void> {
    const { queue, other } = this.#queues
    this.#marks.stop()
    await Promise.all(this.#company.flatMap((each) => (each.puts ? each.ends() : [])))
    queue.shutdown()
    // Else who selects would wait for it.
    other.shutdown()
    await this.#everyone((companion) => companion.ends())
    await Promise.all(living.map((victim) => victim.ends()))
    await queue.join({ timeout: PATIENCE })
    await isClean(queue, 1)
    await isClean(other, 1)
    const { report } = this
    for (const each of [queue, other]) {
      report.missedWakes += (each.stats() as { missedWakes?: number }).missedWakes ?? 0
    }
    const sums = balance(this.#marks.deliveries())
    // Discarded, and so finished.
    if (this.#isDiscarding) sums.lost = 0
    const faults = faultsOfBalance(sums, report.kills * IN_FLIGHT)
    if (this.#marks.strange > 0) faults.push(`${this.#marks.strange} items were no numbers`)
    if (report.kills === 0 && report.missedWakes > 0)
      faults.push(`missedWakes ${report.missedWakes}, and nobody died`)
    if (faults.length > 0) throw new Error(faults.join('; '))
    Object.assign(report, sums)
    queue[Symbol.dispose]()
    other[Symbol.dispose]()
  }

  async #everyone(act: (companion: Companion) => Promise<void>): Promise<void> {
    await Promise.all(this.#company.map(act))
  }

  #victims({ operation, way, moment }: Cell): Victim[] {
    const count = Field.victimsOf({ moment } as Cell)
    const isSelfInflicted = way !== 'terminate'
    return Array.from({ length: count }, () => {
      const after = isShutdown(operation) ? 0 : 2 + this.#random.below(12)
      const gated = moment === 'last holder' || (moment === 'at once' && isSelfInflicted)
      return new Victim({ operation, way, moment, after, gated }, this.#queues, this.#marks)
    })
  }

  /** Orders the ends, or waits where they come by themselves. Returns who was asleep when its end was ordered. */
  async #bringAbout(cell: Cell, victims: readonly Victim[]): Promise<number> {
    const { operation, way, moment } = cell
    const [first, second] = victims as [Victim, Victim | undefined]
    const queue = this.#queues.queue
    // Who follows it is terminated at its exit.
    if (second !== undefined && moment === "another's recovery") first.onExit = () => second.terminate()
    if (moment === 'last holder') {
      await first.arrives()
      queue.shutdown()
      await until(
        () => queue.stats().unfinished === this.#heldBy(first) && queue.stats().size === 0,
        'all is finished but what the last one holds',
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
    await until(() => !dead.some(isLeft), 'the places of the dead are free')
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue } from '../../../src/index.ts'
import { DEADLINE_MS, until } from '../../support/deadline.ts'
import type { Kind } from '../../support/queues.ts'
import type { Random } from '../../support/random.mjs'
import { isClean } from '../clean.ts'
import { type Fault, injectFault } from '../inject-fault.ts'
import { millrace } from '../library.ts'
import { type Balance, balance, faultsOfBalance } from '../notes/deliveries.ts'
import { Marks, PLACES } from '../notes/marks.ts'
import { LoopThread, type Role } from './loop-thread.ts'

const CLASSES = { fifo: 'Queue', lifo: 'LifoQueue', priority: 'PriorityQueue' } as const
const SURVIVORS: readonly Role[] = ['put', 'get', 'get']
const VICTIMS = 2
/** Items that one victim holds at most. */
const HOLDS = 2
/** The longest time from a victim's first rounds to its end. */
const MAX_DELAY_MS = 20

/** The places where the victims died. */
export interface Landed {
  put: number
  get: number
  taskDone: number
  outside: number
  /** Those of put and get that slept there when they were terminated. */
  asleep: number
}

export interface TestedQueueOptions {
  readonly kind: Kind
  readonly maxsize: number
  readonly random: Random
  /** ms in which the place of a dead thread must be free. */
  readonly recovery?: number
  readonly fault?: Fault | undefined
}

/** A queue at which threads put and get as fast as they can, while some of them are killed. */
export class TestedQueue {
  readonly landed: Landed = { put: 0, get: 0, taskDone: 0, outside: 0, asleep: 0 }
  readonly #marks = new Marks()
  readonly #queue: Queue<number>
  readonly #random: Random
  readonly #recovery: number
  readonly #survivors: readonly LoopThread[]
  readonly #victims: LoopThread[]
  #deaths = 0

  constructor({ kind, maxsize, random, recovery = DEADLINE_MS, fault }: TestedQueueOptions) {
    this.#queue = new millrace[CLASSES[kind]]<number>({
      maxsize,
      codec: millrace.codecs.int32,
      // There is room for the living only, so the successor of a dead thread needs its ledger.
      maxThreads: 1 + SURVIVORS.length + VICTIMS,
      maxInFlight: 4,
    })
    if (fault !== undefined) injectFault(this.#queue, fault)
    this.#random = random
    this.#recovery = recovery
    this.#survivors = SURVIVORS.map((role) => this.#start(role))
    this.#victims = Array.from({ length: VICTIMS }, () => this.#start('both'))
  }

  get isUsedUp(): boolean {
    return this.#marks.isUsedUp
  }

  /**
   * Kills one victim, or sometimes all at once, but at most `most`. New victims take their place while
   * needed.
   */
  async kill(most: number): Promise<number> {
    // Threads at full speed would delay the start of a new one.
    this.#marks.rest()
    await Promise.all([...this.#survivors, ...this.#victims].map((thread) => thread.arrives()))
    const alive = this.#victims.length
    const all = most >= alive && this.#random.once(4)
    const count = all ? alive : 1
    const dying = this.#victims.splice(all ? 0 : this.#random.below(alive), count)
    this.#marks.goOn()
    await Promise.all(dying.map((victim) => victim.goesOn(20)))
    await sleep(this.#random.below(MAX_DELAY_MS))
    const asleep = dying.map(({ threadId }) => this.#sleeps(threadId))
    await Promise.all(dying.map((victim) => victim.kill()))
    this.#deaths += count
    for (const [index, victim] of dying.entries()) this.#note(victim, asleep[index] as boolean)
    await this.#recovered(dying)
    await Promise.all(this.#survivors.map((survivor) => survivor.goesOn(20)))
    const wanted = Math.min(VICTIMS, most - count)
    while (this.#victims.length < wanted) this.#victims.push(this.#start('both'))
    return count
  }

  /** Ends the remaining victims, lets the survivors empty the queue, and checks the queue and the items. */
  async end(): Promise<Balance> {
    await Promise.all(this.#victims.map((victim) => victim.kill()))
    await this.#recovered(this.#victims)
    const [puts, gets] = [true, false].map((puts) =>
      this.#survivors.filter(({ role }) => (role === 'put') === puts),
    ) as [LoopThread[], LoopThread[]]
    this.#marks.stop()
    this.#marks.goOn()
    await Promise.all(puts.map((survivor) => survivor.ends()))
    this.#queue.shutdown()
    await Promise.all(gets.map((survivor) => survivor.ends()))
    await this.#queue.join({ timeout: DEADLINE_MS })
    await isClean(this.#queue, 1)
    const sums = balance(this.#marks.deliveries())
    const faults = faultsOfBalance(sums, (this.#deaths + this.#victims.length) * HOLDS)
    if (this.#marks.strange > 0) faults.push(`${this.#marks.strange} items were no numbers`)
    if (faults.length > 0) throw new Error(faults.join('; '))
    this.#queue[Symbol.dispose]()
    return sums
  }

  #start(role: Role): LoopThread {
    return new LoopThread(role, this.#queue.handle, this.#marks)
  }

  #sleeps(threadId: number): boolean {
    return this.#queue
      .stats()
      .threads.some(({ thread, waiting }) => thread === threadId && waiting.length > 0)
  }

  #note({ activity }: LoopThread, asleep: boolean): void {
    const { PUT, GET, TASK_DONE } = PLACES
    const { landed } = this
    if (activity === PUT) landed.put++
    else if (activity === GET) landed.get++
    else if (activity === TASK_DONE) landed.taskDone++
    else landed.outside++
    if (asleep && (activity === PUT || activity === GET)) landed.asleep++
  }

  async #recovered(dead: readonly LoopThread[]): Promise<void> {
    const places = () => this.#queue.stats().threads.map(({ thread }) => thread)
    const free = () => !dead.some(({ threadId }) => places().includes(threadId))
    await until(free, 'the ledgers of the dead are free', this.#recovery)
  }
}

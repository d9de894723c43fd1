import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue } from '../../../src/index.ts'
import { PATIENCE, until } from '../../support/deadline.ts'
import type { Kind } from '../../support/queues.ts'
import type { Random } from '../../support/random.mjs'
import { isClean } from '../clean.ts'
import { millrace } from '../library.ts'
import { type Balance, balance, faultsOfBalance } from '../notes/deliveries.ts'
import { Marks, PLACES } from '../notes/marks.ts'
import { type Fault, spoil } from '../sabotage.ts'
import { Member, type Role } from './member.ts'

const CLASSES = { fifo: 'Queue', lifo: 'LifoQueue', priority: 'PriorityQueue' } as const
const SURVIVORS: readonly Role[] = ['put', 'get', 'get']
const VICTIMS = 2
/** Of one victim, at most. */
const HOLDS = 2
/** ms between the moment a victim is in its loop and its end. */
const LONGEST = 20

/** Where the dead were. */
export interface Landed {
  put: number
  get: number
  taskDone: number
  outside: number
  /** Of those in put or get: asleep there when their end was ordered. */
  asleep: number
}

export interface CrowdOptions {
  readonly kind: Kind
  readonly maxsize: number
  readonly random: Random
  /** ms in which the place of a dead thread must be free. */
  readonly recovery?: number
  readonly fault?: Fault | undefined
}

/** One queue at which some threads put and get as fast as they can, and others that do so too are killed. */
export class Crowd {
  readonly landed: Landed = { put: 0, get: 0, taskDone: 0, outside: 0, asleep: 0 }
  readonly #marks = new Marks()
  readonly #queue: Queue<number>
  readonly #random: Random
  readonly #recovery: number
  readonly #survivors: readonly Member[]
  readonly #victims: Member[]
  #deaths = 0

  constructor({ kind, maxsize, random, recovery = PATIENCE, fault }: CrowdOptions) {
    this.#queue = new millrace[CLASSES[kind]]<number>({
      maxsize,
      codec: millrace.codecs.int32,
      // No more than are alive: who follows a dead thread needs its place.
      maxThreads: 1 + SURVIVORS.length + VICTIMS,
      maxInFlight: 4,
    })
    if (fault !== undefined) spoil(this.#queue, fault)
    this.#random = random
    this.#recovery = recovery
    this.#survivors = SURVIVORS.map((role) => this.#start(role))
    this.#victims = Array.from({ length: VICTIMS }, () => this.#start('both'))
  }

  get isWorn(): boolean {
    return this.#marks.isWorn
  }

  /** Kills one thread, or now and then, if `most` allows, all victims at once; others follow, while more are to die. */
  async kill(most: number): Promise<number> {
    // Others at full speed would keep them from it for long.
    this.#marks.rest()
    await Promise.all([...this.#survivors, ...this.#victims].map((member) => member.arrives()))
    const alive = this.#victims.length
    const all = most >= alive && this.#random.once(4)
    const count = all ? alive : 1
    const dying = this.#victims.splice(all ? 0 : this.#random.below(alive), count)
    this.#marks.goOn()
    await Promise.all(dying.map((victim) => victim.goesOn(20)))
    await sleep(this.#random.below(LONGEST))
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

  /** Ends the victims that are left, if any, lets the survivors empty the queue, and checks all that must be true then. */
  async end(): Promise<Balance> {
    await Promise.all(this.#victims.map((victim) => victim.kill()))
    await this.#recovered(this.#victims)
    const [puts, gets] = [true, false].map((puts) =>
      this.#survivors.filter(({ role }) => (role === 'put') === puts),
    ) as [Member[], Member[]]
    this.#marks.stop()
    this.#marks.goOn()
    await Promise.all(puts.map((survivor) => survivor.ends()))
    this.#queue.shutdown()
    await Promise.all(gets.map((survivor) => survivor.ends()))
    await this.#queue.join({ timeout: PATIENCE })
    await isClean(this.#queue, 1)
    const sums = balance(this.#marks.deliveries())
    const faults = faultsOfBalance(sums, (this.#deaths + this.#victims.length) * HOLDS)
    if (this.#marks.strange > 0) faults.push(`${this.#marks.strange} items were no numbers`)
    if (faults.length > 0) throw new Error(faults.join('; '))
    this.#queue[Symbol.dispose]()
    return sums
  }

  #start(role: Role): Member {
    return new Member(role, this.#queue.handle, this.#marks)
  }

  #sleeps(threadId: number): boolean {
    return this.#queue
      .stats()
      .threads.some(({ thread, waiting }) => thread === threadId && waiting.length > 0)
  }

  #note({ activity }: Member, asleep: boolean): void {
    const { PUT, GET, TASK_DONE } = PLACES
    const { landed } = this
    if (activity === PUT) landed.put++
    else if (activity === GET) landed.get++
    else if (activity === TASK_DONE) landed.taskDone++
    else landed.outside++
    if (asleep && (activity === PUT || activity === GET)) landed.asleep++
  }

  async #recovered(dead: readonly Member[]): Promise<void> {
    const places = () => this.#queue.stats().threads.map(({ thread }) => thread)
    const free = () => !dead.some(({ threadId }) => places().includes(threadId))
    await until(free, 'the places of the dead are free', this.#recovery)
  }
}

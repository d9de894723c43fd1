import { setTimeout as sleep, setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { DEADLINE_MS, until } from '../support/deadline.ts'
import type { Random } from '../support/random.mjs'
import type { Cell } from './cells.ts'
import { isSound, judge, type Verdict } from './history.ts'
import { Marks, PLACES } from './marks.ts'
import type { Item, TestedQueue } from './tested-queue.ts'
import { Victim } from './victims.ts'

export interface RoundReport extends Verdict {
  /** Victims that were inside an operation when they were terminated, or when they died. */
  readonly landed: number
  /** Items that the dead had got and not finished. */
  readonly held: number
  /**
   * ms from the `exit` event of the last victim to the last redelivery; absent without a redelivery. Below
   * zero if the lifeline of the thread showed its end before the event.
   */
  readonly sinceExit?: number
  /** ms from the order to end to the last redelivery. Absent also if the victims ended themselves. */
  readonly sinceOrder?: number
}

const HELD = 4
const PER_VICTIM = 40_000

/** One death at a queue, or several at once, and the checks after it. */
export class Round {
  readonly #cell: Cell
  readonly #tested: TestedQueue
  readonly #random: Random
  readonly #marks = new Marks()
  readonly #stop = new AbortController()
  #lastRedelivery = 0

  constructor(cell: Cell, tested: TestedQueue, random: Random) {
    this.#cell = cell
    this.#tested = tested
    this.#random = random
  }

  async run(): Promise<RoundReport> {
    const { victims: count, role, way } = this.#cell
    await this.#tested.sleeper?.isAsleep()
    if (this.#tested.sleeper !== undefined) {
      this.#tested.sleeper.onItem = (number) => this.#delivered(number)
    }
    this.#prepare()
    const after = 30 + this.#random.below(300)
    const victims = Array.from(
      { length: count },
      (_, index) => new Victim(this.#cell, this.#tested, this.#marks, 1 + index * PER_VICTIM, HELD, after),
    )
    const feeding = role === 'hot get' || role === 'hot fail' ? this.#feed() : undefined
    const readingLetters = this.#readDeadLetters()
    let draining = role === 'hot put' ? this.#drain() : undefined
    const dead = Promise.all(victims.map((victim) => victim.dead))
    await Promise.race([this.#arrival(), dead])
    if (way !== 'parent' && !role.startsWith('hot') && !role.startsWith('asleep')) draining ??= this.#drain()
    if (role === 'asleep in get' || role === 'awaiting get') this.#tested.tryPut(PER_VICTIM - 1, this.#marks)
    const busyAtOrder = this.#marks.busy
    const orderedAt = performance.now()
    for (const victim of victims) victim.kill()
    const times = await dead
    const landed = busyAtOrder || this.#marks.busy ? count : 0
    this.#fed = true
    await feeding
    for (const victim of victims) await victim.end()
    if (role !== 'asleep in get') draining ??= this.#drain()
    await this.#joins()
    this.#stop.abort()
    await Promise.all([draining, readingLetters])
    await this.#tested.isClean()
    const verdict = judge(this.#marks.histories())
    if (!isSound(verdict)) throw new Error(`items are lost or repeated: ${JSON.stringify(verdict)}`)
    const report = { ...verdict, landed, held: this.#marks.heldByDead() }
    if (this.#lastRedelivery === 0) return report
    const sinceExit = this.#lastRedelivery - Math.max(...times)
    const isOrdered = way === 'terminate' || way === 'endless' || way === 'parent'
    return isOrdered
      ? { ...report, sinceExit, sinceOrder: this.#lastRedelivery - orderedAt }
      : { ...report, sinceExit }
  }

  /** Puts the items that are in the queue before the victims start. */
  #prepare(): void {
    const { role, victims } = this.#cell
    const held = { get: HELD, take: HELD, iterate: HELD, 'asleep in join': 1, 'hot get': 20, 'hot fail': 20 }[
      role as string
    ]
    for (let number = 1; number <= (held ?? 0) * victims; number++) this.#tested.tryPut(number, this.#marks)
    if (role === 'asleep in put') while (this.#tested.tryPut(this.#fill++, this.#marks));
  }

  #fill = 1000
  #fed = false

  /** Keeps the queue filled for victims that get. */
  async #feed(): Promise<void> {
    for (let number = 2000; !this.#fed && number < PER_VICTIM; ) {
      if (this.#tested.tryPut(number, this.#marks)) number++
      else await yieldToEventLoop()
    }
  }

  /** Resolves once the victims are at the place where they are to die. */
  async #arrival(): Promise<void> {
    const { role, way, early, long } = this.#cell
    if (early) {
      await sleep(this.#random.below(90))
      return
    }
    if (role.startsWith('asleep')) {
      const side = role.slice('asleep in '.length) as 'get' | 'put' | 'join'
      await until(() => this.#tested.sleeps(long ? 'memory' : side), `a victim is ${role}`)
      return
    }
    const state = way === 'endless' ? 2 : 1
    const kills = way === 'terminate' || way === 'endless' || way === 'parent'
    // Victims that end themselves are awaited by the caller: their death wins the race.
    if (!kills && role.startsWith('hot')) return new Promise(() => {})
    await until(() => this.#marks.state >= state, `a victim arrives: ${role}, ${way}`)
    if (role.startsWith('hot') && way !== 'endless') await sleep(this.#random.below(4))
  }

  async #drain(): Promise<void> {
    const { queue, body } = this.#tested
    try {
      for (let count = 1; ; count++) {
        const item = await queue.get({ signal: this.#stop.signal })
        if (item.body !== body) throw new Error(`item ${item.number} arrived damaged`)
        this.#delivered(item.number)
        queue.taskDone()
        // A queue that is never empty would keep the event loop from running otherwise.
        if (count % 16 === 0) await yieldToEventLoop()
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'ABORT_ERR') throw error
    }
  }

  /** Takes the dead letters until it is stopped. All of them are in their queue by then. */
  async #readDeadLetters(): Promise<void> {
    const { letters } = this.#tested
    if (letters === undefined) return
    try {
      for (;;) {
        const letter = await letters.get({ signal: this.#stop.signal })
        this.#marks.cameAsLetter((letter.item as Item).number)
        letters.taskDone()
        await yieldToEventLoop()
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'ABORT_ERR') throw error
    }
  }

  #delivered(number: number): void {
    const bits = this.#marks.words[PLACES.ITEMS + number] as number
    if ((bits & PLACES.GOT) !== 0) this.#lastRedelivery = performance.now()
    this.#marks.delivered(number)
  }

  async #joins(): Promise<void> {
    const { queue, sleeper } = this.#tested
    try {
      await queue.join({ timeout: DEADLINE_MS })
      await this.#tested.letters?.join({ timeout: DEADLINE_MS })
      // The messages of the sleeping consumer about its items may still be on their way.
      if (sleeper !== undefined)
        await until(() => this.#marks.missing() === 0, 'the messages of the sleeping consumer')
    } catch (error) {
      throw new Error(`join: ${JSON.stringify(queue.stats())}, missing ${this.#marks.missing()}`, {
        cause: error,
      })
    }
  }
}

import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { PATIENCE, until } from '../support/deadline.ts'
import type { Random } from '../support/random.mjs'
import type { Cell } from './cells.ts'
import { isSound, judge, type Verdict } from './history.ts'
import { Marks, PLACES } from './marks.ts'
import type { Item, Stage } from './stage.ts'
import { Victim } from './victims.ts'

export interface RoundReport extends Verdict {
  /** Victims that had an operation begun and not ended when their end was ordered, or when they died. */
  readonly landed: number
  /** Items the dead had got and not finished. */
  readonly held: number
  /**
   * ms from the `exit` event of the last to die to the last redelivery; absent if nothing was redelivered. Below zero
   * where the thread's lifeline told of its end before the event did.
   */
  readonly sinceExit?: number
  /** ms from the order to end to the last redelivery; absent for those that ended by themselves, too. */
  readonly sinceOrder?: number
}

const HELD = 4
const PER_VICTIM = 40_000

/** One death, or several at once, on a stage; and all that must be true after it. */
export class Round {
  readonly #cell: Cell
  readonly #stage: Stage
  readonly #random: Random
  readonly #marks = new Marks()
  readonly #stop = new AbortController()
  #lastRedelivery = 0

  constructor(cell: Cell, stage: Stage, random: Random) {
    this.#cell = cell
    this.#stage = stage
    this.#random = random
  }

  async play(): Promise<RoundReport> {
    const { victims: count, role, way } = this.#cell
    await this.#stage.bystander?.isAsleep()
    if (this.#stage.bystander !== undefined) {
      this.#stage.bystander.onItem = (number) => this.#delivered(number)
    }
    this.#prepare()
    const after = 30 + this.#random.below(300)
    const victims = Array.from(
      { length: count },
      (_, index) => new Victim(this.#cell, this.#stage, this.#marks, 1 + index * PER_VICTIM, HELD, after),
    )
    const feeding = role === 'hot get' || role === 'hot fail' ? this.#feed() : undefined
    const burying = this.#bury()
    let draining = role === 'hot put' ? this.#drain() : undefined
    const dead = Promise.all(victims.map((victim) => victim.dead))
    await Promise.race([this.#arrival(), dead])
    if (way !== 'parent' && !role.startsWith('hot') && !role.startsWith('asleep')) draining ??= this.#drain()
    if (role === 'asleep in get' || role === 'awaiting get') this.#stage.tryPut(PER_VICTIM - 1, this.#marks)
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
    await Promise.all([draining, burying])
    await this.#stage.isClean()
    const verdict = judge(this.#marks.histories())
    if (!isSound(verdict)) throw new Error(`items went astray: ${JSON.stringify(verdict)}`)
    const report = { ...verdict, landed, held: this.#marks.heldByDead() }
    if (this.#lastRedelivery === 0) return report
    const sinceExit = this.#lastRedelivery - Math.max(...times)
    const isOrdered = way === 'terminate' || way === 'endless' || way === 'parent'
    return isOrdered
      ? { ...report, sinceExit, sinceOrder: this.#lastRedelivery - orderedAt }
      : { ...report, sinceExit }
  }

  /** What is in the queue before the victims start. */
  #prepare(): void {
    const { role, victims } = this.#cell
    const held = { get: HELD, take: HELD, iterate: HELD, 'asleep in join': 1, 'hot get': 20, 'hot fail': 20 }[
      role as string
    ]
    for (let number = 1; number <= (held ?? 0) * victims; number++) this.#stage.tryPut(number, this.#marks)
    if (role === 'asleep in put') while (this.#stage.tryPut(this.#fill++, this.#marks));
  }

  #fill = 1000
  #fed = false

  /** Keeps the queue filled for those who get. */
  async #feed(): Promise<void> {
    for (let number = 2000; !this.#fed && number < PER_VICTIM; ) {
      if (this.#stage.tryPut(number, this.#marks)) number++
      else await turn()
    }
  }

  /** Resolves where the victims are to be killed. */
  async #arrival(): Promise<void> {
    const { role, way, early, long } = this.#cell
    if (early) {
      await sleep(this.#random.below(90))
      return
    }
    if (role.startsWith('asleep')) {
      const side = role.slice('asleep in '.length) as 'get' | 'put' | 'join'
      await until(() => this.#stage.sleeps(long ? 'memory' : side), `a victim is ${role}`)
      return
    }
    const state = way === 'endless' ? 2 : 1
    const kills = way === 'terminate' || way === 'endless' || way === 'parent'
    // Those who die by themselves are waited for: the race is theirs.
    if (!kills && role.startsWith('hot')) return new Promise(() => {})
    await until(() => this.#marks.state >= state, `a victim arrives: ${role}, ${way}`)
    if (role.startsWith('hot') && way !== 'endless') await sleep(this.#random.below(4))
  }

  async #drain(): Promise<void> {
    const { queue, body } = this.#stage
    try {
      for (let count = 1; ; count++) {
        const item = await queue.get({ signal: this.#stop.signal })
        if (item.body !== body) throw new Error(`item ${item.number} arrived damaged`)
        this.#delivered(item.number)
        queue.taskDone()
        // Else a queue that is never empty would keep the event loop from turning.
        if (count % 16 === 0) await turn()
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'ABORT_ERR') throw error
    }
  }

  /** Empties the dead letters, until told to stop: by then all are in it. */
  async #bury(): Promise<void> {
    const { letters } = this.#stage
    if (letters === undefined) return
    try {
      for (;;) {
        const letter = await letters.get({ signal: this.#stop.signal })
        this.#marks.buried((letter.item as Item).number)
        letters.taskDone()
        await turn()
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
    const { queue, bystander } = this.#stage
    try {
      await queue.join({ timeout: PATIENCE })
      await this.#stage.letters?.join({ timeout: PATIENCE })
      // What the bystander got it has told of, in messages that may still be on their way.
      if (bystander !== undefined) await until(() => this.#marks.missing() === 0, 'the bystander tells')
    } catch (error) {
      throw new Error(`join: ${JSON.stringify(queue.stats())}, missing ${this.#marks.missing()}`, {
        cause: error,
      })
    }
  }
}

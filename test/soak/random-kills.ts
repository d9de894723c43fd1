import { setTimeout as sleep } from 'node:timers/promises'
import type { ResourceLimits } from 'node:worker_threads'
import { until } from '../support/deadline.ts'
import type { Random } from '../support/random.mjs'
import type { Threads } from './threads.ts'
import { type Order, WAYS, type Way } from './words.ts'

/** Shares of the ways. Running out of memory takes long, and sometimes ends the whole process. */
const WEIGHTS: Readonly<Record<Way, number>> = {
  terminate: 8,
  exit: 4,
  throw: 4,
  rejection: 3,
  memory: 1,
  endless: 3,
}
const WEIGHTED_WAYS: readonly Way[] = WAYS.flatMap((way) => new Array<Way>(WEIGHTS[way]).fill(way))
/** A thread that does not follow its order within this time, because it sleeps, is terminated. */
const ORDER_TIMEOUT_MS = 2000

export interface RandomKillsOptions {
  readonly deathsPerSecond: number
  readonly deadlineMs: number
  readonly fail: (error: unknown) => void
}

/** Ends threads at random: in time, thread and way. */
export class RandomKills {
  readonly #threads: Threads
  readonly #random: Random
  readonly #options: RandomKillsOptions
  readonly #dying = new Set<Promise<void>>()
  #isStopping = false
  #loop: Promise<void> | undefined

  constructor(threads: Threads, random: Random, options: RandomKillsOptions) {
    this.#threads = threads
    this.#random = random
    this.#options = options
  }

  start(): void {
    this.#loop = this.#killAtRandom()
    this.#loop.catch(this.#options.fail)
  }

  /** Resolves when all ordered deaths have happened. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#loop
    await Promise.all(this.#dying)
  }

  async #killAtRandom(): Promise<void> {
    let next = performance.now()
    for (;;) {
      await this.#enoughAlive()
      if (this.#isStopping) return
      // Sometimes several threads die at once; the next death comes later then.
      const count = this.#random.once(10) ? 2 + this.#random.below(3) : 1
      // A death that came too late is not made up for.
      next = Math.max(next, performance.now())
      next += ((count * 1000) / this.#options.deathsPerSecond) * (0.1 + this.#random.below(1801) / 1000)
      const way = this.#random.pick(WEIGHTED_WAYS)
      for (let death = 0; death < count; death++) this.#kill(count > 1 ? 'terminate' : way)
      while (!this.#isStopping && performance.now() < next)
        await sleep(Math.min(50, Math.max(1, next - performance.now())))
    }
  }

  /** On a slow machine threads would be killed faster than they start, and none would do its work. */
  async #enoughAlive(): Promise<void> {
    const { alive } = this.#threads
    const isWell = (thread: number) => this.#threads.hasBegun(thread) && !this.#threads.isOrdered(thread)
    const well = () => [...alive.keys()].filter(isWell).length
    while (!this.#isStopping && well() * 2 < alive.size) await sleep(5)
  }

  /**
   * Kills one thread. A thread that has not begun, or that would run out of memory late, can only be
   * terminated.
   */
  #kill(way: Way): void {
    const { alive } = this.#threads
    const all = [...alive.keys()].filter((thread) => !this.#threads.isOrdered(thread))
    const able = all.filter((thread) => way === 'terminate' || this.#canDie(thread, way))
    const [thread, young] =
      able.length > 0 ? [this.#random.pick(able), able.at(-1)] : [this.#random.pick(all)]
    if (thread === undefined) return
    const chosen = young !== undefined && this.#random.once(8) ? young : thread
    const isOrder = able.length > 0 && way !== 'terminate'
    const death = isOrder ? this.#order(chosen, way) : this.#terminate(chosen)
    const end = death.catch(this.#options.fail).finally(() => this.#dying.delete(end))
    this.#dying.add(end)
  }

  #canDie(thread: number, way: Order): boolean {
    if (!this.#threads.hasBegun(thread)) return false
    return way !== 'memory' || isSmall(this.#threads.alive.get(thread)?.resourceLimits)
  }

  async #terminate(thread: number): Promise<void> {
    this.#threads.terminate(thread)
    await this.#exits(thread)
  }

  async #order(thread: number, way: Order): Promise<void> {
    const { alive } = this.#threads
    const delay = this.#random.below(10)
    this.#threads.order(thread, way)
    const deadline = performance.now() + ORDER_TIMEOUT_MS
    while (alive.has(thread) && !this.#threads.isInLoop(thread) && performance.now() < deadline)
      await sleep(5)
    if (this.#threads.isInLoop(thread)) {
      await sleep(delay)
      this.#threads.terminate(thread, 'endless')
    } else if (alive.has(thread)) this.#threads.terminate(thread)
    await this.#exits(thread)
  }

  async #exits(thread: number): Promise<void> {
    const { alive } = this.#threads
    await until(() => !alive.has(thread), `the exit of thread ${thread}`, this.#options.deadlineMs)
  }
}

/** A thread with the default heap would take too long to run out of memory, and use that of the machine. */
function isSmall(limits: ResourceLimits | undefined): boolean {
  return (limits?.maxOldGenerationSizeMb ?? Number.POSITIVE_INFINITY) < 64
}

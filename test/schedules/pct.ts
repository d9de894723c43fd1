import { randomNumbers } from '../support/random.mjs'
import { type Checks, EXITS, LONGEST, traced } from './explore.ts'
import type { Machine } from './machine.ts'
import { mix, mix2 } from './mix.ts'
import { refuseRace } from './races.ts'
import * as step from './steps.ts'
import { Visited } from './visited.ts'
import { ANSWERS, EXITED, FINISHED, KIND, SLEEPS, STATUS, TURN } from './world.ts'

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010). Each thread has a random priority; the
 * highest thread that can make a step makes it. At `depth` - 1 random steps, the next thread falls below all
 * others. A bug that needs `depth` orderings to appear is found with a probability of at least 1 / (threads *
 * length ^ (depth - 1)) a schedule. A thread that backs off falls below all others, too. Every eighth
 * schedule is a random walk instead.
 */

export interface Sampling {
  readonly seed: number
  /** At most so many threads are killed in a schedule. */
  readonly kills?: number
  /** One after the other, from schedule to schedule. */
  readonly depths?: readonly number[]
}

export interface Sampled {
  readonly schedules: number
  /** How many of them were random walks. */
  readonly walks: number
  readonly steps: number
  readonly kills: Kills
  /** Threads killed in schedules that came to their end without a finding. */
  readonly survived: number
}

/** Threads killed: asleep, within a turn (between its straight lines), between two turns. */
export interface Kills {
  readonly asleep: number
  readonly during: number
  readonly between: number
}

const DEPTHS = [3, 4]
const WALK_EVERY = 8
/** The first schedules measure the length; random steps are drawn from it. */
const MEASURED = 32
const FIRST_LENGTH = 64
/** Checked memories are kept up to this number, then forgotten. */
const KNOWN = 1 << 20

/** Runs schedules of one configuration. The seed and the number of a schedule decide all its choices. */
export class Sampler {
  readonly #prepare: () => Machine
  readonly #machine: Machine
  readonly #checks: Checks
  readonly #seed: number
  readonly #mostKills: number
  readonly #depths: readonly number[]
  readonly #initial: Int32Array
  readonly #mortals: readonly number[]
  readonly #priorities: Int32Array
  readonly #enabled: number[] = []
  readonly #points: number[] = []
  /** Steps from which on a thread must be killed, in descending order. */
  readonly #deaths: number[] = []
  readonly #choices: number[] = []
  #known = new Visited()
  #lowest = 0
  #victim = -1
  #length = 0
  #schedules = 0
  #walks = 0
  #asleep = 0
  #during = 0
  #between = 0
  #survived = 0
  #stepsBefore = 0

  constructor(prepare: () => Machine, checks: Checks, { seed, kills = 0, depths = DEPTHS }: Sampling) {
    const machine = prepare()
    this.#prepare = prepare
    this.#machine = machine
    machine.request.hashes = false
    this.#checks = checks
    this.#seed = seed
    this.#mostKills = kills
    this.#depths = depths
    this.#initial = machine.world.words.slice()
    this.#priorities = new Int32Array(machine.actors.length)
    this.#mortals = machine.actors.flatMap(({ mortal }, thread) => (mortal === true ? [thread] : []))
  }

  get sampled(): Sampled {
    return {
      schedules: this.#schedules,
      walks: this.#walks,
      steps: this.#machine.steps - this.#stepsBefore,
      kills: { asleep: this.#asleep, during: this.#during, between: this.#between },
      survived: this.#survived,
    }
  }

  /** Runs one schedule and returns its choices, which the next run overwrites. @throws Finding */
  run(number: number): readonly number[] {
    if (this.#length === 0) this.#measure()
    this.#schedules++
    this.#guarded(number)
    return this.#choices
  }

  #measure(): void {
    let longest = 0
    this.#length = FIRST_LENGTH
    for (let number = -MEASURED; number < 0; number++) {
      this.#guarded(number)
      longest = Math.max(longest, this.#choices.length)
    }
    this.#length = longest
    this.#walks = 0
    this.#asleep = 0
    this.#during = 0
    this.#between = 0
    this.#survived = 0
    this.#stepsBefore = this.#machine.steps
  }

  #guarded(number: number): void {
    const before = this.#killed
    try {
      this.#runOnce(number)
      this.#survived += this.#killed - before
    } catch (error) {
      const which = `seed ${this.#seed}, schedule ${number}: `
      throw traced(which + (error as Error).message, this.#prepare, [...this.#choices])
    }
  }

  get #killed(): number {
    return this.#asleep + this.#during + this.#between
  }

  #runOnce(number: number): void {
    const machine = this.#machine
    const choices = this.#choices
    const { words } = machine.world
    const random = randomNumbers(mix(mix2(this.#seed, number), this.#seed))
    words.set(this.#initial)
    machine.restored()
    choices.length = 0
    const isWalk = number % WALK_EVERY === 0
    if (isWalk) this.#walks++
    else this.#prioritize(random, this.#depths[(number >>> 0) % this.#depths.length] as number)
    this.#planDeaths(random)
    for (;;) {
      const count = choices.length
      if (count > LONGEST) throw new Error(`livelock: more than ${LONGEST} steps`)
      if (this.#deaths.length > 0 && this.#deathIsDue(random, count)) {
        this.#kill()
        continue
      }
      const next = isWalk ? this.#any(random) : this.#highest(count)
      if (next < 0) {
        this.#check()
        this.#checks.end(machine)
        if (this.#deaths.length === 0) return
        // No thread can make a step: a death planned for later comes now.
        this.#deaths[this.#deaths.length - 1] = 0
        if (!this.#deathIsDue(random, count)) return
        this.#kill()
        continue
      }
      if (!isWalk && words[machine.world.thread(next) + KIND] === step.BACK_OFF) {
        this.#priorities[next] = --this.#lowest
      }
      choices.push(next)
      machine.step(next)
      this.#refuseRaces(next)
      this.#check()
    }
  }

  #prioritize(random: (limit: number) => number, depth: number): void {
    const priorities = this.#priorities
    for (let thread = 0; thread < priorities.length; thread++) {
      const other = random(thread + 1)
      priorities[thread] = priorities[other] as number
      priorities[other] = depth + thread
    }
    this.#points.length = 0
    for (let change = 1; change < depth; change++) this.#points.push(random(this.#length))
    this.#lowest = 0
  }

  #planDeaths(random: (limit: number) => number): void {
    const deaths = this.#deaths
    deaths.length = 0
    this.#victim = -1
    if (this.#mostKills === 0 || this.#mortals.length === 0 || random(4) === 0) return
    for (let count = 1 + random(this.#mostKills); count > 0; count--) deaths.push(random(this.#length))
    deaths.sort((a, b) => b - a)
  }

  /** A thread that must die does so at once, or as soon as it has left its straight line. */
  #deathIsDue(random: (limit: number) => number, count: number): boolean {
    const deaths = this.#deaths
    if (count < (deaths[deaths.length - 1] as number)) return false
    if (this.#victim < 0 || !this.#isAlive(this.#victim)) {
      const enabled = this.#enabled
      enabled.length = 0
      for (const thread of this.#mortals) if (this.#isAlive(thread)) enabled.push(thread)
      if (enabled.length === 0) {
        deaths.length = 0
        return false
      }
      this.#victim = enabled[random(enabled.length)] as number
    }
    return this.#machine.canExit(this.#victim)
  }

  #isAlive(thread: number): boolean {
    const status = this.#machine.world.status(thread)
    return status !== EXITED && status !== FINISHED
  }

  #kill(): void {
    const machine = this.#machine
    const { words } = machine.world
    const record = machine.world.thread(this.#victim)
    if (words[record + STATUS] === SLEEPS) this.#asleep++
    else if ((words[record + ANSWERS] as number) > (words[record + TURN] as number)) this.#during++
    else this.#between++
    this.#choices.push(EXITS + this.#victim)
    machine.exit(this.#victim)
    this.#deaths.pop()
    this.#victim = -1
    this.#check()
  }

  #any(random: (limit: number) => number): number {
    const enabled = this.#enabled
    enabled.length = 0
    for (let thread = 0; thread < this.#priorities.length; thread++) {
      if (this.#machine.canStep(thread)) enabled.push(thread)
    }
    return enabled.length === 0 ? -1 : (enabled[random(enabled.length)] as number)
  }

  #highest(count: number): number {
    const points = this.#points
    for (let change = 0; change < points.length; change++) {
      if (points[change] !== count) continue
      const falls = this.#first()
      if (falls >= 0) this.#priorities[falls] = change + 1
    }
    return this.#first()
  }

  #first(): number {
    const priorities = this.#priorities
    let first = -1
    for (let thread = 0; thread < priorities.length; thread++) {
      if (first >= 0 && (priorities[thread] as number) < (priorities[first] as number)) continue
      if (this.#machine.canStep(thread)) first = thread
    }
    return first
  }

  /** Only the thread that made a step has a new request. */
  #refuseRaces(thread: number): void {
    const { words } = this.#machine.world
    if ((words[this.#machine.world.thread(thread) + KIND] as number) > step.POKE) return
    for (let other = 0; other < this.#priorities.length; other++) {
      if (other !== thread) refuseRace(this.#machine, this.#checks.mayRace, thread, other)
    }
  }

  /** Checks every state outside straight lines. The checks depend on the memory alone: each memory once. */
  #check(): void {
    const { world, isInside } = this.#machine
    if (isInside) return
    if (!this.#known.add(world.words[world.hash] as number, world.words[world.hash + 1] as number, 0)) return
    this.#checks.step(this.#machine)
    if (this.#known.size > KNOWN) this.#known = new Visited()
  }
}

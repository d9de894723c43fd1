import type { Worker } from 'node:worker_threads'
import { ORDERS, type Order, type Way, WORDS } from './words.ts'

const { SLOTS, SLOT, PUTS, HAND, ASKS, ORDER, STATE, ROUNDS, WORKLOAD } = WORDS

/** Some queues, and the threads at them. */
export interface DeathListener {
  /** One of its threads has died that had so many items in hand. */
  died(held: number): void
}

/** Ended threads whose end is remembered: a supervisor may tell of it later than their Worker. */
const REMEMBERED = 256

/** The threads of this process, of whoever started them, and what they send of themselves. */
export class Threads {
  readonly own = new Int32Array(new SharedArrayBuffer(SLOTS * SLOT * 4))
  readonly alive = new Map<number, Worker>()
  readonly deaths: Record<Way, number> = {
    terminate: 0,
    exit: 0,
    throw: 0,
    rejection: 0,
    memory: 0,
    endless: 0,
  }
  readonly workloads = new Map<number, DeathListener>()
  /** Items the dead had in hand. */
  held = 0
  readonly #ordered = new Map<number, Way>()

  /**
   * Before the library is loaded: so the exit of a thread is heard here before it is recovered and followed.
   */
  observe(): void {
    process.on('worker', (worker) => {
      const thread = worker.threadId
      this.#words(thread).fill(0)
      this.alive.set(thread, worker)
      worker.on('error', () => {})
      worker.once('exit', () => this.#exited(thread))
    })
  }

  /** It is to die, or has: its end is no failure. */
  isOrdered(thread: number): boolean {
    return this.#ordered.has(thread)
  }

  hasBegun(thread: number): boolean {
    return this.#load(thread, ROUNDS) > 0
  }

  isInLoop(thread: number): boolean {
    return this.#load(thread, STATE) === 2
  }

  /** Tells it to die by itself, at the next place where it looks. */
  order(thread: number, way: Order): void {
    this.#note(thread, way)
    Atomics.store(this.own, this.#at(thread) + ORDER, ORDERS.indexOf(way))
  }

  terminate(thread: number, way: Way = 'terminate'): void {
    this.#note(thread, way)
    void this.alive.get(thread)?.terminate()
  }

  /** Nobody in the workload may put. */
  rests(workload: number): boolean {
    return this.#each(workload, (thread) => this.#load(thread, PUTS) === 0)
  }

  /** Nobody in the workload has anything in hand, but for what the next get has finished. */
  hasEmptyHands(workload: number): boolean {
    return this.#each(workload, (thread) => this.#load(thread, HAND) === 0 || this.#load(thread, ASKS) === 1)
  }

  /**
   * Nobody who was told to die, or terminated, still is to be heard of with something in hand: a lifeline
   * tells the library of a death some ms before the `exit`, at which it is counted here.
   */
  knowsItsDead(workload: number): boolean {
    return this.#each(workload, (thread) => !this.isOrdered(thread) || this.#load(thread, HAND) === 0)
  }

  #each(workload: number, holds: (thread: number) => boolean): boolean {
    for (const thread of this.alive.keys())
      if (this.#load(thread, WORKLOAD) === workload && !holds(thread)) return false
    return true
  }

  /** What the threads of a workload are at, for a failure's text. */
  describe(workload: number): string {
    return [...this.alive.keys()]
      .map((thread) => {
        const [puts, hand, asks, order, state, rounds, of] = this.#words(thread)
        const place = of === workload ? '' : ` of workload ${of}`
        return `thread ${thread}${place}: puts ${puts}, hand ${hand}, asks ${asks}, order ${order}, state ${state}, rounds ${rounds}`
      })
      .join('\n')
  }

  #note(thread: number, way: Way): void {
    this.#ordered.delete(thread)
    this.#ordered.set(thread, way)
    if (this.#ordered.size <= REMEMBERED) return
    for (const old of this.#ordered.keys()) {
      if (this.alive.has(old)) continue
      this.#ordered.delete(old)
      break
    }
  }

  #exited(thread: number): void {
    this.alive.delete(thread)
    const way = this.#ordered.get(thread)
    if (way !== undefined) {
      this.deaths[way]++
      const held = this.#load(thread, HAND)
      this.held += held
      this.workloads.get(this.#load(thread, WORKLOAD))?.died(held)
    }
  }

  #words(thread: number): Int32Array {
    const at = this.#at(thread)
    return this.own.subarray(at, at + SLOT)
  }

  #load(thread: number, place: number): number {
    return Atomics.load(this.own, this.#at(thread) + place)
  }

  #at(thread: number): number {
    return (thread % SLOTS) * SLOT
  }
}

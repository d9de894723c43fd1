import type { Worker } from 'node:worker_threads'
import { ORDERS, type Order, type Way, WORDS } from './words.ts'

const { SLOTS, SLOT, PUTS, HAND, ASKS, ORDER, STATE, ROUNDS, WORKLOAD } = WORDS

/** Receives the deaths of threads. */
export interface DeathListener {
  /** A thread has died that held so many items. */
  died(held: number): void
}

/** Ended threads whose end is remembered: a supervisor may report it later than their Worker. */
const REMEMBERED = 256

/** The threads of this process, and the words in which they show their state. */
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
  /** Items that dead threads held. */
  held = 0
  readonly #ordered = new Map<number, Way>()

  /**
   * Begins to count threads. The library is loaded later, so this listener of `exit` runs before its
   * recovery.
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

  /** The thread was ordered to die, or has died so. Its end is no failure. */
  isOrdered(thread: number): boolean {
    return this.#ordered.has(thread)
  }

  hasBegun(thread: number): boolean {
    return this.#load(thread, ROUNDS) > 0
  }

  isInLoop(thread: number): boolean {
    return this.#load(thread, STATE) === 2
  }

  /** Orders the thread to end itself, at the next place where it checks. */
  order(thread: number, way: Order): void {
    this.#note(thread, way)
    Atomics.store(this.own, this.#at(thread) + ORDER, ORDERS.indexOf(way))
  }

  terminate(thread: number, way: Way = 'terminate'): void {
    this.#note(thread, way)
    void this.alive.get(thread)?.terminate()
  }

  /** No thread of the workload may put. */
  rests(workload: number): boolean {
    return this.#each(workload, (thread) => this.#load(thread, PUTS) === 0)
  }

  /** No thread of the workload holds an item, except those that its next get has finished. */
  hasEmptyHands(workload: number): boolean {
    return this.#each(workload, (thread) => this.#load(thread, HAND) === 0 || this.#load(thread, ASKS) === 1)
  }

  /**
   * Every ordered death of a thread with items has been counted. The library may learn of a death by the
   * lifeline some ms before the `exit`, at which it is counted here.
   */
  knowsItsDead(workload: number): boolean {
    return this.#each(workload, (thread) => !this.isOrdered(thread) || this.#load(thread, HAND) === 0)
  }

  #each(workload: number, holds: (thread: number) => boolean): boolean {
    for (const thread of this.alive.keys())
      if (this.#load(thread, WORKLOAD) === workload && !holds(thread)) return false
    return true
  }

  /** The state of the threads of a workload, for the text of a failure. */
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

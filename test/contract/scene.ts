import type { QueueOptions } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { type Interruptible, interruptibleHere, interruptibleThere } from './interruptible.ts'
import type { Kind, Start } from './kinds.ts'
import { type AnyQueue, mutations, queueAt } from './library.ts'
import { Model } from './model.ts'
import { lend, requeue, type Thread } from './threads.ts'
import { Here, type Setting, There, type User, type waits } from './users.ts'

/** Where the users of a queue are. */
export const CONTEXTS = ['blocking', 'async', 'mixed'] as const
export type Context = (typeof CONTEXTS)[number]

/** How a behaviour is run once. */
export interface Circumstances {
  readonly kind: Kind
  readonly context: Context
  readonly start: Start
  readonly capacity: number
  /** In the mixed context: which of the users is the main thread. */
  readonly mainIs: 'first' | 'last'
  readonly mutant?: string
  /** ms */
  readonly deadlineMs: number
}

/** A queue of the kind, its users, and what it should do: all that a behaviour sees. */
export interface Stage {
  /** To look at, and to set up: used by the main thread whatever the context. */
  readonly queue: AnyQueue
  readonly users: User[]
  readonly model: Model
}

export class Scene {
  readonly #given: Circumstances
  readonly #queues: Setting[] = []
  readonly #threads: Thread[] = []
  readonly #ends: (() => Promise<void>)[] = []

  constructor(given: Circumstances) {
    this.#given = given
  }

  get kind(): Kind {
    return this.#given.kind
  }

  get capacity(): number {
    return this.#given.capacity
  }

  /** A queue of the capacity of this run, unless `options` say otherwise, and users of it. */
  async open(count: number, options?: QueueOptions<unknown>): Promise<Stage> {
    const { kind, start, mutant, deadlineMs, capacity } = this.#given
    // One more for who is interrupted.
    const room = { maxsize: capacity, maxThreads: count + 2, maxInFlight: capacity + 8 }
    const all = { ...room, ...kind.options, ...options }
    const queue = queueAt(kind.name, start.position, mutations.mutateOptions(all, mutant))
    const setting: Setting = { kind, mutant, queue, deadlineMs, isOver: false }
    this.#queues.push(setting)
    const users = await Promise.all(
      Array.from({ length: count }, (_, index) => this.#user(setting, this.#isHere(index, count))),
    )
    return {
      queue: mutations.mutateQueue(queue, mutant),
      users,
      model: new Model(kind.order),
    }
  }

  /** A user whose waits can be interrupted, where user `index` of `count` is. */
  interruptible({ queue }: Stage, index: number, count: number): Interruptible {
    const setting = this.#queues.find((each) => each.queue.handle.id === queue.handle.id) as Setting
    const one = this.#isHere(index, count) ? interruptibleHere(setting) : interruptibleThere(setting)
    this.#ends.push(() => one.end())
    return one
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return until(condition, what, this.#given.deadlineMs)
  }

  within<T>(promise: Promise<T>, what: string): Promise<T> {
    return within(promise, what, this.#given.deadlineMs)
  }

  /** The main thread detaches; threads that still wait are ended. */
  async close(): Promise<void> {
    for (const setting of this.#queues) setting.isOver = true
    await Promise.all(this.#ends.map((end) => end()))
    for (const { queue } of this.#queues) queue[Symbol.dispose]()
    await Promise.all(this.#threads.map(requeue))
  }

  #isHere(index: number, count: number): boolean {
    const { context, mainIs } = this.#given
    if (context === 'mixed') return index === (mainIs === 'first' ? 0 : count - 1)
    return context === 'async'
  }

  async #user(setting: Setting, isHere: boolean): Promise<User> {
    if (isHere) return new Here(setting)
    const thread = lend()
    this.#threads.push(thread)
    const user = new There(setting, thread)
    await user.attach()
    return user
  }
}

/** Resolves once the thread of each user is counted as waiting. */
export async function allWait(users: readonly User[], side: Parameters<typeof waits>[1]): Promise<void> {
  for (const user of users) await user.waits(side)
}

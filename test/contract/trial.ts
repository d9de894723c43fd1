import type { QueueOptions } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { type Interruptible, interruptibleInThread, interruptibleOnMain } from './interruptible.ts'
import type { Kind, Start } from './kinds.ts'
import { type AnyQueue, mutations, queueAt } from './library.ts'
import { Model, numbers } from './model.ts'
import { borrowThread, returnThread, type Thread } from './threads.ts'
import { MainThreadUser, type Setting, type User, WorkerUser, type waits } from './users.ts'

/** The context of the users of a queue: in threads that block, on the main thread, or both. */
export const CONTEXTS = ['blocking', 'async', 'mixed'] as const
export type Context = (typeof CONTEXTS)[number]

/** The conditions of one run of a behaviour. */
export interface Conditions {
  readonly kind: Kind
  readonly context: Context
  readonly start: Start
  readonly capacity: number
  /** The user on the main thread, in the mixed context. */
  readonly mainIs: 'first' | 'last'
  readonly mutant?: string
  /** ms after which a wait counts as a failure. */
  readonly deadlineMs: number
}

/** A queue of the kind, its users, and the model of its order. */
export interface OpenedQueue {
  /** For inspection and preparation by the main thread, in every context. */
  readonly queue: AnyQueue
  readonly users: User[]
  readonly model: Model
}

/** One run of a behaviour: opens queues and users, and closes them afterwards. */
export class Trial {
  readonly #given: Conditions
  readonly #queues: Setting[] = []
  readonly #threads: Thread[] = []
  readonly #ends: (() => Promise<void>)[] = []

  constructor(given: Conditions) {
    this.#given = given
  }

  get kind(): Kind {
    return this.#given.kind
  }

  get capacity(): number {
    return this.#given.capacity
  }

  /** Opens a queue of the capacity of this run, unless `options` differ, and its users. */
  async open(count: number, options?: QueueOptions<unknown>): Promise<OpenedQueue> {
    const { kind, start, mutant, deadlineMs, capacity } = this.#given
    // There is room for a thread that is interrupted, too.
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

  /** Opens a queue as `open` does, and fills it: the first user puts, and the model knows it. */
  async openFull(count: number): Promise<OpenedQueue> {
    const opened = await this.open(count)
    const items = numbers(this.capacity)
    await opened.users[0]?.putMany(items)
    opened.model.put(...items)
    return opened
  }

  /** A user whose waits can be interrupted, in the context of user `index` of `count`. */
  interruptible({ queue }: OpenedQueue, index: number, count: number): Interruptible {
    const setting = this.#queues.find((each) => each.queue.handle.id === queue.handle.id) as Setting
    const one = this.#isHere(index, count) ? interruptibleOnMain(setting) : interruptibleInThread(setting)
    this.#ends.push(() => one.end())
    return one
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return until(condition, what, this.#given.deadlineMs)
  }

  within<T>(promise: Promise<T>, what: string): Promise<T> {
    return within(promise, what, this.#given.deadlineMs)
  }

  /** Detaches the main thread, and ends threads that still wait. */
  async close(): Promise<void> {
    for (const setting of this.#queues) setting.isOver = true
    await Promise.all(this.#ends.map((end) => end()))
    for (const { queue } of this.#queues) queue[Symbol.dispose]()
    await Promise.all(this.#threads.map(returnThread))
  }

  #isHere(index: number, count: number): boolean {
    const { context, mainIs } = this.#given
    if (context === 'mixed') return index === (mainIs === 'first' ? 0 : count - 1)
    return context === 'async'
  }

  async #user(setting: Setting, isHere: boolean): Promise<User> {
    if (isHere) return new MainThreadUser(setting)
    const thread = borrowThread()
    this.#threads.push(thread)
    const user = new WorkerUser(setting, thread)
    await user.attach()
    return user
  }
}

/** Resolves once the stats of the queue count each user as waiting. */
export async function allWait(users: readonly User[], side: Parameters<typeof waits>[1]): Promise<void> {
  for (const user of users) await user.waits(side)
}

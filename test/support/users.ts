import { afterEach } from 'vitest'
import type { Queue, QueueStats } from '../../src/index.ts'
import { DEADLINE_MS, until, within } from './deadline.ts'
import { type FixtureThread, startThread } from './threads.ts'

/** A queue with items of any type. */
export interface AnyQueue {
  readonly handle: { readonly id: string }
  stats(): QueueStats
}

/** Stands for EMPTY in an answer of `tryGet` from another thread: a symbol cannot be posted. */
export const EMPTY_THERE = '(EMPTY)'

/** A delivery that another thread holds. `key` identifies it there. */
export interface RemoteDelivery {
  readonly key: number
  readonly item: unknown
  readonly attempt: number
}

/**
 * Another thread that makes the requested calls in their order; a blocking call blocks it. An error arrives
 * with its `name`, `code`, own properties and the snapshot of its cause.
 */
export class User {
  readonly #thread: FixtureThread
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #calls = 0

  constructor() {
    this.#thread = startThread('user.mjs')
    this.#thread.worker.on('message', ({ id, value, error }) => {
      const call = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) call?.resolve(value)
      else call?.reject(Object.assign(new Error(error.message), error))
    })
    this.#thread.worker.on('error', (error) => {
      for (const call of this.#pending.values()) call.reject(error)
    })
  }

  get threadId(): number {
    return this.#thread.threadId
  }

  get idle(): boolean {
    return this.#pending.size === 0
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a call in another thread answers
  ask(command: string, ...args: unknown[]): Promise<any> {
    const id = ++this.#calls
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }))
    this.#thread.worker.postMessage({ id, command, args })
    return within(answer, `${command} ${JSON.stringify(args[1] ?? '')} in thread ${this.threadId}`)
  }

  async stop(): Promise<void> {
    await this.#thread.worker.terminate()
  }
}

/** One queue as another thread uses it. */
export class RemoteQueue {
  readonly user: User
  readonly #id: string
  readonly #queue: AnyQueue

  constructor(user: User, queue: AnyQueue) {
    this.user = user
    this.#queue = queue
    this.#id = queue.handle.id
  }

  get threadId(): number {
    return this.user.threadId
  }

  /** Calls a method in the thread. */
  // biome-ignore lint/suspicious/noExplicitAny: what a call in another thread answers
  call(method: keyof Queue<never>, ...args: unknown[]): Promise<any> {
    return this.user.ask('call', this.#id, method, ...args)
  }

  take(method: 'take' | 'takeSync', options?: object): Promise<RemoteDelivery> {
    return this.user.ask('take', this.#id, method, options)
  }

  settle(key: number, how: 'done' | 'retry' | 'fail', ...args: unknown[]): Promise<void> {
    return this.user.ask('settle', key, how, ...args)
  }

  /** The next item of this thread's one iterator. */
  next(kind: 'sync' | 'async'): Promise<IteratorResult<unknown>> {
    return this.user.ask('next', this.#id, kind)
  }

  leaveLoop(kind: 'sync' | 'async'): Promise<IteratorResult<unknown>> {
    return this.user.ask('leaveLoop', this.#id, kind)
  }

  detach(): Promise<void> {
    return this.user.ask('detach', this.#id)
  }

  /** Resolves once the stats of the queue count that thread as waiting. */
  waits(side: 'get' | 'put' | 'memory' | 'join'): Promise<void> {
    return waits(this.#queue, side, this.threadId)
  }
}

/** Resolves once the stats of `queue` count `thread` as waiting on `side`. */
export function waits(
  queue: AnyQueue,
  side: 'get' | 'put' | 'memory' | 'join',
  thread: number,
): Promise<void> {
  const listed = () =>
    queue.stats().threads.some((each) => each.thread === thread && each.waiting.includes(side))
  return until(listed, `thread ${thread} waits for ${side}`, DEADLINE_MS)
}

const idle: User[] = []
const lent: User[] = []
const used: { user: User; id: string }[] = []

/** A thread that is attached to `queue` until the test ends. The next test uses it again. */
export async function other(queue: AnyQueue): Promise<RemoteQueue> {
  const user = idle.pop() ?? new User()
  lent.push(user)
  return attachThere(user, queue)
}

export async function others(queue: AnyQueue, count: number): Promise<RemoteQueue[]> {
  return Promise.all(Array.from({ length: count }, () => other(queue)))
}

/** A second queue in a thread that is in use. */
export async function attachThere(user: User, queue: AnyQueue): Promise<RemoteQueue> {
  await user.ask('attach', queue.handle)
  used.push({ user, id: queue.handle.id })
  return new RemoteQueue(user, queue)
}

afterEach(async () => {
  const threads = lent.splice(0)
  const attachments = used.splice(0)
  for (const user of threads) {
    // A thread that still waits cannot serve the next test.
    if (!user.idle) {
      await user.stop()
      continue
    }
    for (const { user: of, id } of attachments) if (of === user) await user.ask('detach', id)
    idle.push(user)
  }
})

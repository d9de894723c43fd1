import { afterEach } from 'vitest'
import type { Handle, KeyedRateLimiter, RateLimiter } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { type FixtureThread, startThread } from '../support/threads.ts'

type AnyLimiter = RateLimiter | KeyedRateLimiter

/** Another thread that makes the requested calls. An error arrives with its `name`, `code` and cause. */
export class LimitUser {
  readonly thread: FixtureThread = startThread('../../limits/fixtures/user.mjs')
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #calls = 0

  constructor() {
    this.thread.worker.on('message', ({ id, value, error }) => {
      const call = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) call?.resolve(value)
      else call?.reject(Object.assign(new Error(error.message), error))
    })
    this.thread.worker.on('error', (error) => {
      for (const call of this.#pending.values()) call.reject(error)
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a call in another thread answers
  ask(command: string, ...args: unknown[]): Promise<any> {
    const id = ++this.#calls
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }))
    this.thread.worker.postMessage({ id, command, args })
    const asked = within(answer, `${command} ${JSON.stringify(args.slice(1))} in a thread`, 30_000)
    asked.catch(() => {})
    return asked
  }

  attach(limiter: AnyLimiter): Promise<boolean> {
    return this.ask('attach', limiter.handle)
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a call in another thread answers
  call(limiter: AnyLimiter, method: string, ...args: unknown[]): Promise<any> {
    return this.ask('call', idOf(limiter), method, ...args)
  }

  /** As call, with a signal that `abort(name)` aborts. The options are the last argument. */
  callWithSignal(limiter: AnyLimiter, name: string, method: string, ...args: unknown[]): Promise<unknown> {
    return this.ask('callWithSignal', idOf(limiter), name, method, ...args)
  }

  /** As call. The thread is busy from the call until the gate opens: no timer of it fires meanwhile. */
  callAndBlock(limiter: AnyLimiter, gate: Gate, method: string, ...args: unknown[]): Promise<unknown> {
    return this.ask('callAndBlock', idOf(limiter), gate.words, method, ...args)
  }
}

export function idOf(limiter: AnyLimiter): string {
  return (limiter.handle as Handle<unknown> & { readonly id: string }).id
}

const started: LimitUser[] = []

/** A thread that is attached to the limiter. It is terminated when the test ends. */
export async function user(limiter: AnyLimiter): Promise<LimitUser> {
  const one = new LimitUser()
  started.push(one)
  await one.attach(limiter)
  return one
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ thread }) => thread.worker.terminate()))
})

/** Resolves once `count` calls wait, of one key or of all. */
export function waiting(limiter: AnyLimiter, count: number, key?: string): Promise<void> {
  const now = () => (limiter as KeyedRateLimiter).stats(key as never)?.waiting
  return until(() => now() === count, `${count} calls wait`)
}

/** Two words: threads sleep on the first; each adds 1 to the second before. */
export class Gate {
  readonly words = new Int32Array(new SharedArrayBuffer(8))

  reached(count: number): Promise<void> {
    return until(() => Atomics.load(this.words, 1) >= count, `${count} threads reach the gate`)
  }

  open(): void {
    Atomics.store(this.words, 0, 1)
    Atomics.notify(this.words, 0)
  }
}

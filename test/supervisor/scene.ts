import type { Worker } from 'node:worker_threads'
import { afterEach, expect } from 'vitest'
import type { Supervisor, SupervisorEvents, SupervisorOptions, ThreadTask } from '../../src/index.ts'
import { millrace } from '../kill/library.ts'
import { until, within } from '../support/deadline.ts'

/** Shared by the tests of supervisors. The library is the build, which the threads run too. */
export { millrace }

const made: Supervisor[] = []

/** A supervisor that is destroyed at the end of the test. */
export function supervisor(options?: SupervisorOptions): Supervisor {
  const one = new millrace.Supervisor(options)
  made.push(one)
  return one
}

afterEach(async () => {
  const ends = made.splice(0).map((each) => each.destroy())
  await within(Promise.all(ends), 'the end of all threads')
})

let heapMb = 512

/** Options of a supervisor whose threads no other supervisor has: they have a heap limit of their own. */
export function ownThreads(): SupervisorOptions {
  return { resourceLimits: { maxOldGenerationSizeMb: heapMb++ } }
}

/** A task that runs a function of a fixture. */
export function fixture<A, R = unknown>(
  file: string,
  name?: string,
  options?: { threads?: number; args?: A },
): ThreadTask<A, R> {
  return { filename: new URL(`./fixtures/${file}`, import.meta.url), name, ...options }
}

/** The error with which `promise` rejects. */
// biome-ignore lint/suspicious/noExplicitAny: whatever was thrown
export async function failureOf(promise: Promise<unknown>, what: string): Promise<any> {
  const settled = promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  )
  const outcome = await within(settled, what)
  if ('error' in outcome) return outcome.error
  throw new Error(`${what} did not fail, but gave ${JSON.stringify(outcome.value)}`)
}

export interface Told {
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own
  readonly payload: any
}

/** Collects events as they come. */
export function listenTo(to: Supervisor, ...events: (keyof SupervisorEvents)[]): Told[] {
  const told: Told[] = []
  for (const event of events) to.on(event, (payload: unknown) => told.push({ event, payload }))
  return told
}

/** Words in shared memory. */
export function sharedWords(count = 8): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * count))
}

/** Resolves once word `at` is at least `least`. */
export function reaches(words: Int32Array, at: number, least: number): Promise<void> {
  return until(() => Atomics.load(words, at) >= least, `word ${at} is at least ${least}`)
}

/** Sets word `at`, and wakes the threads that sleep on it. */
export function open(words: Int32Array, at: number): void {
  Atomics.store(words, at, 1)
  Atomics.notify(words, at)
}

/** Waits until member `index` of group number `group` runs. Returns its threadId. */
export async function threadOf(of: Supervisor, group = 0, index = 0): Promise<number> {
  const id = () => of.stats().groups[group]?.members[index]?.threadId ?? 0
  await until(() => id() > 0, `thread ${index} of group ${group} runs`)
  return id()
}

const workers = new Map<number, Worker>()

process.on('worker', (worker: Worker) => {
  const { threadId } = worker
  workers.set(threadId, worker)
  worker.once('exit', () => workers.delete(threadId))
})

/** The Worker behind a thread of this process. */
export function workerOf(threadId: number): Worker {
  const worker = workers.get(threadId)
  if (worker === undefined) throw new Error(`no thread ${threadId}`)
  return worker
}

/** The process warnings with this code, until the event loop has run once more. */
export async function warningsOf(code: string, during: () => Promise<unknown>): Promise<string[]> {
  const messages: string[] = []
  const onWarning = (warning: Error & { code?: string }) => {
    if (warning.code === code) messages.push(warning.message)
  }
  process.on('warning', onWarning)
  try {
    await during()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('warning', onWarning)
  }
  return messages
}

/** An error of this class and code whose message has all the words. */
// biome-ignore lint/suspicious/noExplicitAny: an asymmetric matcher
export function saying(name: string, code: string, ...words: string[]): any {
  const lookaheads = words.map((word) => `(?=[^]*${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`)
  return expect.objectContaining({
    name,
    code,
    message: expect.stringMatching(new RegExp(`^${lookaheads.join('')}`)),
  })
}

import { Worker } from 'node:worker_threads'
import { DEADLINE_MS, within } from './deadline.ts'

/** The messages of a fixture thread, and its end. */
export interface Outcome {
  readonly messages: unknown[]
  readonly exitCode: number
}

export interface FixtureThread {
  readonly worker: Worker
  readonly threadId: number
  /** Resolves with the next message that was not returned yet. Rejects if the thread ends first. */
  message<T>(ms?: number): Promise<T>
  /**
   * Resolves when the thread has ended by itself. Rejects with its error, or when it takes longer than `ms`.
   */
  ended(ms?: number): Promise<Outcome>
}

/** Starts a fixture of test/queue/fixtures: plain JavaScript that imports dist. */
export function startThread(fixture: string, workerData?: unknown): FixtureThread {
  const worker = new Worker(new URL(`../queue/fixtures/${fixture}`, import.meta.url), { workerData })
  const { threadId } = worker
  const messages: unknown[] = []
  let read = 0
  let wake = () => {}
  worker.on('message', (message) => {
    messages.push(message)
    wake()
  })
  const end = new Promise<number>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', resolve)
  })
  // ended() and message() pass the rejection on. A test that calls neither fails by its deadline.
  end.catch(() => {})
  const next = async () => {
    while (read >= messages.length) {
      const arrival = new Promise<void>((resolve) => {
        wake = resolve
      })
      const code = await Promise.race([arrival, end])
      if (typeof code === 'number' && read >= messages.length) {
        throw new Error(`${fixture} ended with code ${code} before it sent a message`)
      }
    }
    return messages[read++]
  }
  return {
    worker,
    threadId,
    message: <T>(ms = DEADLINE_MS) => within(next(), `a message of ${fixture}`, ms) as Promise<T>,
    ended: async (ms = DEADLINE_MS) => {
      try {
        return { exitCode: await within(end, `the end of ${fixture}`, ms), messages }
      } finally {
        await worker.terminate()
      }
    },
  }
}

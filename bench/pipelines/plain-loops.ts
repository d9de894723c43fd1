import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Contender } from './contender.ts'

const THREAD = new URL('./threads/plain.mjs', import.meta.url)

/** Bare threads that each run their share of the tasks in one loop: nothing else takes time. */
export function plainLoops(name: string, threads: number): Contender {
  const workers = Array.from({ length: threads }, () => new Worker(THREAD))
  return {
    name,
    threads,
    prepare(items) {
      const shares = workers.map((_, thread) =>
        Int32Array.from(items.filter((_, index) => index % threads === thread).map(({ turns }) => turns)),
      )
      const results = items.map(({ index }) => index)
      return async () => {
        const answers = await Promise.all(
          workers.map((worker, thread) => answerOf<number>(worker, shares[thread])),
        )
        const done = answers.reduce((sum, count) => sum + count)
        return { results: results.slice(0, done), isOrdered: true }
      }
    },
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}

/** Turns of the task's loop that take a microsecond in a thread. */
export async function calibrate(): Promise<number> {
  const worker = new Worker(THREAD)
  try {
    return await answerOf<number>(worker, undefined)
  } finally {
    await worker.terminate()
  }
}

async function answerOf<T>(worker: Worker, message: unknown): Promise<T> {
  const answer = once(worker, 'message')
  worker.postMessage(message)
  const [value] = await answer
  return value
}

import { Worker } from 'node:worker_threads'
import type { Queue } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'

/** A survivor that sleeps in `getSync` beside the victim, and finishes each item that it gets. */
export class SleepingConsumer {
  readonly threadId: number
  onItem: (number: number) => void = () => {}
  readonly #worker: Worker
  readonly #queue: Queue<never>

  constructor(queue: Queue<never>) {
    const url = new URL('./fixtures/sleeping-consumer.mjs', import.meta.url)
    this.#queue = queue
    this.#worker = new Worker(url, { workerData: queue.handle, execArgv: [] })
    this.threadId = this.#worker.threadId
    this.#worker.on('message', (number: number) => this.onItem(number))
  }

  async isAsleep(): Promise<void> {
    const asleep = () =>
      this.#queue
        .stats()
        .threads.some(({ thread, waiting }) => thread === this.threadId && waiting.includes('get'))
    await until(asleep, 'the sleeping consumer sleeps')
  }

  async stop(): Promise<void> {
    await within(this.#worker.terminate(), 'the end of the sleeping consumer')
  }
}

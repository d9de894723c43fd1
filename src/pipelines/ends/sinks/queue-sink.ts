import type { Queue } from '../../../queue/index.ts'
import type { RunHooks } from '../../flow.ts'
import type { BareSink, SinkOptions } from './bare-sink.ts'

/**
 * A queue. It is shut down at the end, unless `end` is false: its consumers then end, once they have had what
 * is queued. A run that ends early does the same, as producers that have failed do: consumers that went on
 * waiting would keep the process alive. With `end: false` others may put as well, and it is left as it is.
 */
export class QueueSink implements BareSink {
  readonly left = 'the last put of its sink, a queue, has not settled'
  readonly #queue: Queue<unknown>
  readonly #isToEnd: boolean
  readonly #aborting = new AbortController()
  /** `tryPut` stores nothing other than `put` would, and counts nothing that is put afterwards. */
  readonly #mayTry: boolean
  #underWay: Promise<void> | undefined

  constructor(queue: Queue<unknown>, _hooks: RunHooks, { end }: SinkOptions) {
    this.#queue = queue
    this.#isToEnd = end
    this.#mayTry = queue.whenFull === 'wait' || queue.whenFull === 'drop-oldest'
  }

  write(value: unknown): Promise<void> | undefined {
    // By the queue object: a class of the user's may override its methods.
    if (this.#mayTry && this.#queue.tryPut(value)) return undefined
    const underWay = this.#put(value)
    this.#underWay = underWay
    return underWay
  }

  async end(): Promise<void> {
    await this.#underWay
    if (this.#isToEnd) this.#queue.shutdown()
  }

  async abort(): Promise<void> {
    this.#aborting.abort()
    await this.#underWay?.catch(() => {})
    if (this.#isToEnd) this.#queue.shutdown()
  }

  async #put(value: unknown): Promise<void> {
    await this.#queue.put(value, { signal: this.#aborting.signal })
    this.#underWay = undefined
  }
}

import { QueueShutDownError } from '../src/errors.ts'
import { attachFor, type Queue, storedFor } from '../src/queue/index.ts'
import type { Control } from '../src/supervisor/control.ts'
import type { ProduceRole } from '../src/supervisor/protocol.ts'
import { Turns } from './turns.ts'

/** How long a put may block the thread until it waits asynchronously instead, in ms: blocking is faster, but stops the event loop. */
const BLOCKING = 5

/** Stores the items of a function's result, each before the next is asked for. */
export class Producer {
  readonly queue: Queue<unknown>
  readonly #role: ProduceRole
  #skip: number

  private constructor(queue: Queue<unknown>, role: ProduceRole) {
    this.queue = queue
    this.#role = role
    this.#skip = role.skips ? this.stored : 0
  }

  static async attach(role: ProduceRole): Promise<Producer> {
    return new Producer(await attachFor(role.queue, role.producer), role)
  }

  /** Items stored at this index, by the threads that died before too. */
  get stored(): number {
    return storedFor(this.queue.origin.shared, this.#role.producer)
  }

  /** Resolves when all are stored, the thread is asked to stop, or the queue is shut down: no more are wanted then. */
  async produce(result: unknown, control: Control): Promise<void> {
    // Of a source that is asked for its first item when it is to stop already, none is wanted.
    if (result === undefined || (control.stopsSoon && (isAsyncIterable(result) || isIterable(result)))) return
    try {
      if (isAsyncIterable(result)) await this.#storeEachAsync(result, control)
      else if (isIterable(result)) await this.#storeEach(result, control)
      else if (!this.#isSkipped()) await this.queue.put(result)
    } catch (error) {
      if (!(error instanceof QueueShutDownError && this.queue.isShutDown)) throw error
    }
  }

  async #storeEachAsync(items: AsyncIterable<unknown>, control: Control): Promise<void> {
    const turns = new Turns()
    for await (const item of items) {
      if (this.#isSkipped()) continue
      if (!this.queue.putWithin(item, BLOCKING)) await this.queue.put(item)
      if (control.stopsSoon) return
      // Items that need no waiting come in microtasks, which keep the event loop from turning as well.
      if (turns.isDue) await turns.turn()
    }
  }

  async #storeEach(items: Iterable<unknown>, control: Control): Promise<void> {
    const turns = new Turns()
    const iterator = items[Symbol.iterator]()
    while (!control.stopsSoon) {
      const pause = this.#storeWhileRoom(iterator, control, turns)
      if (pause === 'end') return
      try {
        if (pause === 'turn') await turns.turn()
        else await this.queue.put(pause.item)
      } catch (error) {
        iterator.return?.()
        throw error
      }
    }
    iterator.return?.()
  }

  /** Stores item after item, without a turn of the event loop. Returns why it paused: `item` found no room. */
  #storeWhileRoom(
    iterator: Iterator<unknown>,
    control: Control,
    turns: Turns,
  ): 'end' | 'turn' | { item: unknown } {
    for (;;) {
      const { done, value } = iterator.next()
      if (done) return 'end'
      try {
        if (this.#skip > 0) this.#skip--
        else if (!this.queue.putWithin(value, BLOCKING)) return { item: value }
      } catch (error) {
        iterator.return?.()
        throw error
      }
      if (control.stopsSoon || turns.isDue) return 'turn'
    }
  }

  #isSkipped(): boolean {
    if (this.#skip === 0) return false
    this.#skip--
    return true
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function'
}

/** Strings and bytes are items. */
function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  return typeof (value as Iterable<unknown>)[Symbol.iterator] === 'function'
}

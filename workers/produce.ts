import { QueueShutDownError } from '../src/errors.ts'
import type { ProduceRole, RunWords } from '../src/protocol/index.ts'
import { attachFor, type Queue, storedFor } from '../src/queue/index.ts'
import { EventLoopYield } from './event-loop-yield.ts'
import { STOPPED, StoppableWait } from './stoppable-wait.ts'

/**
 * How long a put may block the thread until it waits asynchronously instead, in ms: blocking is faster, but
 * stops the event loop.
 */
const BLOCKING = 5

/** What the supervisor hears of before the producer ends. */
export interface ProducerEvents {
  /** The source has been left: how long its closing may take is the supervisor's to say. */
  leaving(): void
  /** An item could not be stored, and this thread is over once its source is closed. */
  failing(error: unknown): void
}

/** Stores the items of a function's result, each before the next is asked for. */
export class Producer {
  readonly queue: Queue<unknown>
  readonly #role: ProduceRole
  readonly #tell: ProducerEvents
  #skip: number

  private constructor(queue: Queue<unknown>, role: ProduceRole, tell: ProducerEvents) {
    this.queue = queue
    this.#role = role
    this.#tell = tell
    this.#skip = role.skips ? this.stored : 0
  }

  static async attach(role: ProduceRole, tell: ProducerEvents): Promise<Producer> {
    return new Producer(await attachFor(role.queue, role.producer), role, tell)
  }

  /** Items stored at this index, by the threads that died before too. */
  get stored(): number {
    return storedFor(this.queue.origin.shared, this.#role.producer)
  }

  /**
   * Stores what `call` returns. Resolves when all is stored, or when the thread is asked to stop, as it is at
   * the end of its queue: a wait for the source's next item ends then, and the source is closed.
   */
  async produce(call: () => unknown, control: RunWords, signal: AbortSignal): Promise<void> {
    const asked = new StoppableWait(signal)
    let result = call()
    if (isPromiseLike(result)) {
      // Once: `then` of a promise that is not JavaScript's own may begin the work.
      const promise = Promise.resolve(result)
      if ((await asked.settled(promise)) === STOPPED) this.#tell.leaving()
      result = await promise
    }
    // Of a source that is asked for its first item when it is to stop already, none is wanted.
    if (result === undefined || (control.stopsSoon && (isAsyncIterable(result) || isIterable(result)))) return
    try {
      if (isAsyncIterable(result)) await this.#storeEachAsync(result, control, asked)
      else if (isIterable(result)) await this.#storeEach(result, control)
      else if (!this.#isSkipped()) await this.queue.put(result)
    } catch (error) {
      if (!this.#isEnd(error)) throw error
    }
  }

  #isEnd(error: unknown): boolean {
    return error instanceof QueueShutDownError && this.queue.isShutDown
  }

  async #storeEachAsync(
    items: AsyncIterable<unknown>,
    control: RunWords,
    asked: StoppableWait,
  ): Promise<void> {
    const turns = new EventLoopYield()
    const iterator = items[Symbol.asyncIterator]()
    for (;;) {
      // What is no promise is no error, as in `for await`.
      const next = Promise.resolve(iterator.next())
      const step = await asked.settled(next)
      if (step === STOPPED) return this.#leave(iterator, next)
      if (step.done) return
      try {
        if (!this.#isSkipped() && !this.queue.putWithin(step.value, BLOCKING))
          await this.queue.put(step.value)
      } catch (error) {
        if (!this.#isEnd(error)) this.#tell.failing(error)
        // As `for await` does: what closing throws is not what went wrong.
        await this.#leave(iterator, undefined).catch(() => {})
        throw error
      }
      if (control.stopsSoon) return this.#leave(iterator, undefined)
      // Items that need no waiting come in microtasks, which keep the event loop from turning as well.
      if (turns.shouldYield()) await turns.yield()
    }
  }

  /** Closes the source. An item that was asked for before, and comes while it closes, is stored. */
  async #leave(
    iterator: AsyncIterator<unknown>,
    asked: Promise<IteratorResult<unknown>> | undefined,
  ): Promise<void> {
    this.#tell.leaving()
    let late: Promise<unknown> | undefined
    let failure: { readonly error: unknown } | undefined
    asked?.then(
      ({ done, value }) => {
        if (!done && !this.#isSkipped()) late = this.queue.put(value)
        late?.catch(() => {})
      },
      (error) => {
        failure = { error }
      },
    )
    await iterator.return?.()
    if (failure !== undefined) throw failure.error
    await late
  }

  async #storeEach(items: Iterable<unknown>, control: RunWords): Promise<void> {
    const turns = new EventLoopYield()
    const iterator = items[Symbol.iterator]()
    while (!control.stopsSoon) {
      const pause = this.#storeWhileRoom(iterator, control, turns)
      if (pause === 'end') return
      try {
        if (pause === 'turn') await turns.yield()
        else await this.queue.put(pause.item)
      } catch (error) {
        iterator.return?.()
        throw error
      }
    }
    iterator.return?.()
  }

  /**
   * Stores item after item, without a turn of the event loop. Returns why it paused: `item` found no room.
   */
  #storeWhileRoom(
    iterator: Iterator<unknown>,
    control: RunWords,
    turns: EventLoopYield,
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
      if (control.stopsSoon || turns.shouldYield()) return 'turn'
    }
  }

  #isSkipped(): boolean {
    if (this.#skip === 0) return false
    this.#skip--
    return true
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function'
}

/** Strings and bytes are items. */
function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  return typeof (value as Iterable<unknown>)[Symbol.iterator] === 'function'
}

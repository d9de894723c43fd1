import { QueueShutDownError } from '../src/errors.ts'
import { EventLoopYield } from '../src/event-loop-yield.ts'
import type { ProduceRole, RunWords } from '../src/protocol/index.ts'
import { attachFor, internalsOf, type Sink } from '../src/queue/index.ts'
import { STOPPED, StoppableWait } from './stoppable-wait.ts'

/**
 * How long a put may block the thread before it waits asynchronously instead. Blocking is faster, but it
 * stops the event loop.
 */
const BLOCKING_MS = 5

/** The events of which the supervisor hears before the producer ends. */
export interface ProducerEvents {
  /**
   * The producer asks its source for no more items, and waits until it is closed: the supervisor limits that
   * time.
   */
  leaving(): void
  /** An item could not be stored, and this thread is over once its source is closed. */
  failing(error: unknown): void
}

/** Stores the items of a function's result, each before the next is asked for. */
export class Producer {
  /** The queue object, by which the supervisor knows it. */
  readonly queue: object
  readonly #sink: Sink<unknown>
  readonly #storedSoFar: () => number
  readonly #events: ProducerEvents
  /** Items that are dropped, since a thread before has stored them. */
  #skip: number

  constructor(
    queue: object,
    sink: Sink<unknown>,
    skips: boolean,
    storedSoFar: () => number,
    events: ProducerEvents,
  ) {
    this.queue = queue
    this.#sink = sink
    this.#storedSoFar = storedSoFar
    this.#events = events
    this.#skip = skips ? this.stored : 0
  }

  /** Attaches this thread to the queue of `role`. */
  static async attach(
    { queue: handle, producer, skips }: ProduceRole,
    events: ProducerEvents,
  ): Promise<Producer> {
    const queue = await attachFor(handle, producer)
    const internals = internalsOf(queue)
    return new Producer(queue, internals.sink, skips, () => internals.storedFor(producer), events)
  }

  /** Items stored at this index, those of threads that died before included. */
  get stored(): number {
    return this.#storedSoFar()
  }

  /**
   * Stores the items that `call` returns. Resolves when all are stored, or when the thread is asked to stop,
   * as it is at the end of its queue. A wait for the source's next item ends then, and the source is closed.
   */
  async produce(call: () => unknown, words: RunWords, signal: AbortSignal): Promise<void> {
    const wait = new StoppableWait(signal)
    let result = call()
    if (isPromiseLike(result)) {
      // Resolved once only: `then` of a promise that is not JavaScript's own may begin the work.
      const promise = Promise.resolve(result)
      if ((await wait.settled(promise)) === STOPPED) this.#events.leaving()
      result = await promise
    }
    // Stopped before the first item: take none.
    if (result === undefined || (words.stopsSoon && (isAsyncIterable(result) || isIterable(result)))) return
    try {
      if (isAsyncIterable(result)) await this.#storeEachAsync(result, words, wait)
      else if (isIterable(result)) await this.#storeEach(result, words)
      else if (!this.#isSkipped()) await this.#sink.put(result)
    } catch (error) {
      if (!this.#isEnd(error)) throw error
    }
  }

  #isEnd(error: unknown): boolean {
    return error instanceof QueueShutDownError && this.#sink.isShutDown
  }

  async #storeEachAsync(items: AsyncIterable<unknown>, words: RunWords, wait: StoppableWait): Promise<void> {
    const loop = new EventLoopYield()
    const iterator = items[Symbol.asyncIterator]()
    for (;;) {
      // As in `for await`, it is no error if the iterator returns no promise.
      const next = Promise.resolve(iterator.next())
      const step = await wait.settled(next)
      if (step === STOPPED) return this.#leave(iterator, next)
      if (step.done) return
      try {
        if (!this.#isSkipped() && !this.#sink.putWithin(step.value, BLOCKING_MS))
          await this.#sink.put(step.value)
      } catch (error) {
        if (!this.#isEnd(error)) this.#events.failing(error)
        // As in `for await`, an error of closing does not replace the one that came first.
        await this.#leave(iterator, undefined).catch(() => {})
        throw error
      }
      if (words.stopsSoon) return this.#leave(iterator, undefined)
      // Items that need no waiting come in microtasks, which keep the event loop from running as well.
      if (loop.shouldYield()) await loop.yield()
    }
  }

  /** Closes the source. An item that was asked for before, and comes while it closes, is stored. */
  async #leave(
    iterator: AsyncIterator<unknown>,
    asked: Promise<IteratorResult<unknown>> | undefined,
  ): Promise<void> {
    this.#events.leaving()
    let late: Promise<unknown> | undefined
    let failure: { readonly error: unknown } | undefined
    asked?.then(
      ({ done, value }) => {
        if (!done && !this.#isSkipped()) late = this.#sink.put(value)
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

  async #storeEach(items: Iterable<unknown>, words: RunWords): Promise<void> {
    const loop = new EventLoopYield()
    const iterator = items[Symbol.iterator]()
    while (!words.stopsSoon) {
      const pause = this.#storeWhileRoom(iterator, words, loop)
      if (pause === 'end') return
      try {
        if (pause === 'yield') await loop.yield()
        else await this.#sink.put(pause.item)
      } catch (error) {
        iterator.return?.()
        throw error
      }
    }
    iterator.return?.()
  }

  /**
   * Stores item after item, without letting the event loop run. Returns why it paused: `item` found no room.
   */
  #storeWhileRoom(
    iterator: Iterator<unknown>,
    words: RunWords,
    loop: EventLoopYield,
  ): 'end' | 'yield' | { item: unknown } {
    for (;;) {
      const { done, value } = iterator.next()
      if (done) return 'end'
      try {
        if (this.#skip > 0) this.#skip--
        else if (!this.#sink.putWithin(value, BLOCKING_MS)) return { item: value }
      } catch (error) {
        iterator.return?.()
        throw error
      }
      if (words.stopsSoon || loop.shouldYield()) return 'yield'
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

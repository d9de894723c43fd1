import { EventLoopYield } from '../../event-loop-yield.ts'
import { ENDED, type Entry, type Origin, WAITING } from '../flow.ts'
import type { PipelineRun } from './pipeline-run.ts'

/** Reads the outputs of a run, one `next` after the other. A run is read once. */
export class Reading<T> implements AsyncIterableIterator<T> {
  readonly #start: () => PipelineRun
  #started: PipelineRun | undefined
  readonly #resultOf: (entry: Entry) => T
  readonly #loop = new EventLoopYield()
  /** The output of the last `next`: accepted when the next is asked for. */
  #last: Origin | undefined
  /** Calls of `next` and `return` that have not settled. */
  #pending = 0
  #queue: Promise<unknown> = Promise.resolve()
  #isOver = false

  /** `start` is called by the first `next`. @throws what it throws, by that `next` */
  constructor(start: () => PipelineRun, resultOf: (entry: Entry) => T) {
    this.#start = start
    this.#resultOf = resultOf
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#started !== undefined && this.#pending === 0 && !this.#loop.shouldYield()) {
      const result = this.#nextNow()
      if (result !== undefined) return Promise.resolve(result)
    }
    return this.#inTurn(() => this.#nextLater())
  }

  return(): Promise<IteratorResult<T, undefined>> {
    // Without a reason: nothing has failed, so a stream that is the source has no error to emit.
    const end = this.#end(undefined)
    end.catch(() => {})
    return this.#inTurn(() => end)
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    const end = this.#end(error)
    end.catch(() => {})
    return this.#inTurn(async () => {
      await end
      throw error
    })
  }

  /** `next` calls queue, as those of an asynchronous generator. */
  #inTurn<R>(call: () => Promise<R>): Promise<R> {
    this.#pending++
    const result = this.#queue.then(call)
    const settled = () => {
      this.#pending--
    }
    this.#queue = result.then(settled, settled)
    return result
  }

  get #run(): PipelineRun {
    this.#started ??= this.#start()
    return this.#started
  }

  #nextNow(): IteratorResult<T, undefined> | undefined {
    if (this.#isOver) return DONE
    this.#acceptLast()
    const entry = this.#run.read()
    return entry === WAITING || entry === ENDED ? undefined : this.#yielded(entry)
  }

  async #nextLater(): Promise<IteratorResult<T, undefined>> {
    if (this.#isOver) return DONE
    this.#acceptLast()
    if (this.#loop.shouldYield()) await this.#loop.yield()
    for (;;) {
      if (this.#isOver) return DONE
      const entry = this.#run.read()
      if (entry === ENDED) break
      if (entry !== WAITING) return this.#yielded(entry)
      await this.#run.changed()
    }
    this.#isOver = true
    await this.#run.finish()
    return DONE
  }

  #yielded(entry: Entry): IteratorResult<T, undefined> {
    this.#last = entry.origin
    return { value: this.#resultOf(entry), done: false }
  }

  #acceptLast(): void {
    const last = this.#last
    this.#last = undefined
    last?.accept()
  }

  async #end(reason: unknown): Promise<IteratorResult<T, undefined>> {
    this.#isOver = true
    // Nothing has been opened yet, and nothing will be.
    if (this.#started !== undefined) await this.#started.end(reason)
    return DONE
  }
}

const DONE: IteratorResult<never, undefined> = Object.freeze({ value: undefined, done: true as const })

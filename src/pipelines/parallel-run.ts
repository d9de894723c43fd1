import { AsyncResource } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { EventLoopYield } from '../event-loop-yield.ts'
import { emitSafely } from '../supervisor/index.ts'
import { clearInterval, setInterval } from '../timers.ts'
import { markUnsendable } from '../unsendable.ts'
import { ENDED, type Entry, WAITING } from './flow.ts'
import type { PipelineStats } from './options.ts'
import { PipelineRun, Reading, type RunPlan, RunStats } from './running/index.ts'

const PROGRESS_MS = 250

/** One item of `settled()`: its result, or the error for which the run would have failed. */
export type Settled<R> = { readonly index: number } & ({ readonly value: R } | { readonly error: unknown })

/** The events of a run. */
export interface RunEvents {
  /** About four times a second while someone listens, and once at the end. */
  progress: [stats: PipelineStats]
  /** The run is over, and nothing of it runs any more. */
  end: []
}

/**
 * The results of `parallelMap` or of a pipeline, which begins when they are first read. They are read once:
 * by `for await`, `toArray`, `settled`, or what else a Pipeline has. Ending the loop early ends the run: what
 * has not begun does not begin, calls under way have `grace`, and the source is closed.
 *
 * @example
 *     const run = parallelMap(files, hash)
 *     run.on('progress', ({ done, rate }) => console.error(done, rate))
 *     for await (const result of run) console.log(result)
 */
export class ParallelRun<R> extends EventEmitter<RunEvents> implements AsyncIterable<R>, AsyncDisposable {
  readonly #planOf: () => Omit<RunPlan, 'isSettled' | 'context'>
  readonly #stats = new RunStats()
  #isRead = false
  /** That of the call that reads the run. */
  #context: AsyncResource | undefined
  #run: PipelineRun | undefined
  /** It may not have begun the run so far. */
  #reading: Reading<unknown> | undefined
  #timer: NodeJS.Timeout | undefined

  /** @internal `planOf` is called when the run begins. */
  constructor(planOf: () => Omit<RunPlan, 'isSettled' | 'context'>) {
    super()
    this.#planOf = planOf
    EventEmitter.prototype.on.call(this, 'newListener', (event: string) => {
      if (event === 'progress') this.#showProgress()
    })
  }

  /**
   * The results, one by one. `next` calls queue.
   *
   * @throws ThreadError that names stage, item and thread, if an item has failed for good and `onError` is
   *   'fail'; what the source throws; AbortError; ThreadError if a function could not be loaded
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    this.#claim()
    return this.#readBy(
      new Reading(
        () => this.begin(false),
        ({ value }) => value as R,
      ),
    )
  }

  /**
   * All results in an array. @throws as iterating
   *
   * @example
   *     const sizes = await parallelMap(files, sizeOf).toArray()
   */
  async toArray(): Promise<R[]> {
    this.#claim()
    const run = this.begin(false)
    const results: R[] = []
    const loop = new EventLoopYield()
    for (;;) {
      const entry = run.read()
      if (entry === ENDED) break
      if (entry === WAITING) await run.changed()
      else {
        results.push(entry.value as R)
        entry.origin?.accept()
        if (loop.shouldYield()) await loop.yield()
      }
    }
    await run.finishWhole()
    return results
  }

  /**
   * The outcome of every item, failures too: each item gives one. Its `index` is that in the source.
   *
   * @example
   *     for await (const outcome of parallelMap(urls, fetchTitle).settled()) {
   *       if ('error' in outcome) console.error(outcome.index, outcome.error)
   *     }
   *
   * @throws TypeError if a stage gives another number of results than one for each item; else as iterating
   */
  settled(): AsyncIterableIterator<Settled<R>> {
    this.refuseSettled()
    return this.outcomes()
  }

  /** @internal As `settled`, also where a stage gives several results for an item, or none. */
  outcomes(): AsyncIterableIterator<Settled<R>> {
    this.#claim()
    return this.#readBy(new Reading(() => this.begin(true), settledOf<R>))
  }

  /** Its work so far. */
  stats(): PipelineStats {
    return this.#stats.now()
  }

  /** Ends it early, if it is not over. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isRead = true
    if (this.#run === undefined) await this.#reading?.return()
    else await this.#run.end(new Error('the run was disposed of'))
  }

  /** @internal @throws TypeError if items do not give one result each */
  protected refuseSettled(): void {}

  /** @internal From now on it is being read. @throws Error `ERR_INVALID_STATE` if it was before */
  protected claim(): void {
    this.#claim()
  }

  /** @internal Begins the run. */
  protected begin(isSettled: boolean): PipelineRun {
    const context = this.#context as AsyncResource
    const run = new PipelineRun({ ...this.#planOf(), isSettled, context })
    this.#run = run
    this.#stats.begin(run)
    run.onOver(() => this.#over())
    if (this.listenerCount('progress') > 0) this.#showProgress()
    return run
  }

  #readBy<T>(reading: Reading<T>): Reading<T> {
    this.#reading = reading
    return reading
  }

  #claim(): void {
    if (this.#isRead) {
      throw Object.assign(new Error('a run is read once, and this one is being read or was before'), {
        code: 'ERR_INVALID_STATE',
      })
    }
    this.#isRead = true
    this.#context = new AsyncResource('millrace.run')
  }

  #showProgress(): void {
    if (this.#timer !== undefined || this.#run === undefined || this.#run.isOver) return
    this.#timer = setInterval(() => this.#tellProgress(), PROGRESS_MS).unref()
  }

  #over(): void {
    clearInterval(this.#timer)
    this.#stats.end()
    this.#tellProgress()
    emitSafely(() => this.emit('end'))
  }

  #tellProgress(): void {
    if (this.listenerCount('progress') > 0) emitSafely(() => this.emit('progress', this.stats()))
  }
}

markUnsendable(ParallelRun, 'its results can')

function settledOf<R>({ index, value, failure }: Entry): Settled<R> {
  return failure === undefined ? { index, value: value as R } : { index, error: failure.error }
}

import { AbortError } from '../../errors.ts'
import { queueMicrotask } from '../../timers.ts'
import { onAbort } from '../../wait/index.ts'
import type { Origin, Reader, RunHooks, StageHooks } from '../flow.ts'
import { ENDED, type Entry, WAITING } from '../flow.ts'
import type { StageStats } from '../options.ts'
import { ThreadExecutor } from '../stages/index.ts'
import { type Connected, connected, type RunPlan, stuckBatches } from './connect.ts'
import { SourceReader } from './source-reader.ts'

/** Another end of a run that must be told when it ends early. */
export interface Stoppable {
  abort(reason: unknown): Promise<void>
}

/** One run of a pipeline: opens the source, connects the stages, and ends them all. */
export class PipelineRun implements StageHooks {
  readonly #abort = new AbortController()
  readonly #source: SourceReader
  /** Undefined while the source is being opened. */
  readonly #line: Connected | undefined
  readonly #undo: (() => void)[] = []
  #sink: Stoppable | undefined
  #failure: { readonly error: unknown } | undefined
  #ending: Promise<void> | undefined
  /** It was aborted before it began: nothing is read, and the end is about to be told. */
  #isAborted = false
  #isOver = false
  #isWaking = false
  #onChange: (() => void) | undefined
  #onOver: (() => void) | undefined

  /** @throws what opening the source throws */
  constructor(plan: RunPlan) {
    const hooks: RunHooks = { wake: this.#sourceHas, fail: this.fail, signal: this.signal }
    this.#source = new SourceReader(plan.open(hooks), this, plan.parts.length === 0)
    this.#line = connected(plan, this.#source, this)
    for (const part of plan.parts) if (part.kind === 'stage') this.#hear(part.request.signal)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** It has failed, or was ended early. */
  get isEnding(): boolean {
    return this.#ending !== undefined
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get #parts(): Connected {
    if (this.#line === undefined) throw new Error('the parts are not connected yet')
    return this.#line
  }

  get source(): SourceReader {
    return this.#source
  }

  get stages(): readonly StageStats[] {
    return this.#parts.stages.map(({ stats }) => stats)
  }

  get threadsAtWork(): number {
    return this.#parts.stages.reduce((sum, { executor }) => sum + executor.threadsAtWork, 0)
  }

  get failures(): { readonly failed: number; readonly skipped: number } {
    const all = this.#parts.stages.map(({ failures }) => failures)
    return {
      failed: all.reduce((sum, { failed }) => sum + failed, 0),
      skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
    }
  }

  /** The groups of threads that have been started. */
  get executors(): readonly ThreadExecutor[] {
    return this.#parts.stages.map(({ executor }) => executor).filter((each) => each instanceof ThreadExecutor)
  }

  /** `sink` is aborted if the run ends early. */
  connectTo(sink: Stoppable): void {
    this.#sink = sink
  }

  /** The next output. ENDED once there are no more, also while the run is ending early. */
  read(): Entry | typeof WAITING | typeof ENDED {
    if (this.isEnding || this.#isOver) return ENDED
    if (this.#isAborted) return WAITING
    let read: ReturnType<Reader['read']>
    // Without a closure, which every output would cost.
    try {
      read = this.#parts.last.read()
    } catch (error) {
      this.fail(error)
      read = WAITING
    }
    if (read === WAITING) this.#failIfStuck()
    return this.isEnding ? ENDED : read
  }

  /** Resolves when `read` may have another answer. One caller at a time. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve
    })
  }

  /** Settles as `promise`, or resolves as soon as the run ends early. One caller at a time. */
  unlessEnding(promise: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const listen = () => {
        this.#onChange = () => (this.isEnding ? resolve() : listen())
      }
      listen()
      promise.then(resolve, reject)
      if (this.isEnding) resolve()
    })
  }

  /** Calls back once it is over. */
  onOver(call: () => void): void {
    this.#onOver = call
  }

  trace(items: number): Origin {
    return this.#source.trace(items)
  }

  readonly wake = (): void => {
    if (this.#isWaking || this.#isOver) return
    this.#isWaking = true
    queueMicrotask(this.#advance)
  }

  readonly fail = (error: unknown): void => {
    if (this.#ending !== undefined || this.#isOver) return
    this.#failure = { error }
    void this.#endEarly(error)
  }

  /**
   * Ends it early, without a failure. Resolves when nothing of it runs any more. @throws what its closing
   * throws, unless it has failed before
   */
  async end(reason: unknown): Promise<void> {
    if (this.#isOver) return
    const hasFailed = this.#failure !== undefined
    await (this.#ending ?? this.#endEarly(reason))
    if (!hasFailed && this.#failure !== undefined) throw this.#failure.error
  }

  /**
   * To be called after ENDED: resolves when nothing of the run runs any more. @throws the failure of the run
   */
  async finish(): Promise<void> {
    if (this.#ending === undefined && !this.#isOver) {
      const ends = await Promise.allSettled(this.#parts.stages.map(({ executor }) => executor.finish()))
      const failed = ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
      if (failed !== undefined) this.fail(failed.reason)
      else if (this.#ending === undefined) this.#over()
    }
    await this.#ending
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** As `finish`, for one who wants all outputs. @throws AbortError, too, if the run was ended early */
  async finishWhole(): Promise<void> {
    await this.finish()
    if (this.isEnding) throw new AbortError(this.signal.reason)
  }

  #hear(signal: AbortSignal | undefined): void {
    if (signal === undefined) return
    const abort = () => this.fail(new AbortError(signal.reason))
    if (signal.aborted) {
      this.#isAborted = true
      // Later: the maker of the run connects a sink first.
      queueMicrotask(abort)
    } else this.#undo.push(onAbort(signal, abort))
  }

  /**
   * The source has a value: the part behind it takes it in, and the others hear of it if it gives anything.
   */
  readonly #sourceHas = () => {
    const first = this.#line?.first
    if (first === undefined || this.#isWaking || this.isEnding || this.#isOver) {
      this.wake()
      return
    }
    if (this.#guarded(() => first.takeIn(), true)) this.wake()
  }

  readonly #advance = () => {
    this.#isWaking = false
    if (this.#isOver) return
    if (!this.isEnding) {
      this.#guarded(() => {
        for (let index = this.#parts.stages.length - 1; index >= 0; index--)
          this.#parts.stages[index]?.advance()
        for (const batch of this.#parts.batches) batch.advance()
      }, undefined)
    }
    this.#tell()
  }

  /** Items that wait in batches for others hold all that the source gives. */
  #failIfStuck(): void {
    const stuck = stuckBatches(this.#parts.batches, this.#source.limit)
    if (stuck !== undefined) this.fail(stuck)
  }

  #tell(): void {
    const onChange = this.#onChange
    this.#onChange = undefined
    onChange?.()
  }

  #guarded<T>(call: () => T, otherwise: T): T {
    try {
      return call()
    } catch (error) {
      this.fail(error)
      return otherwise
    }
  }

  #endEarly(reason: unknown): Promise<void> {
    let settle: (end: Promise<void>) => void = () => {}
    const ending = new Promise<void>((resolve) => {
      settle = resolve
    })
    // First: a listener of the signal may end the run, too.
    this.#ending = ending
    this.#abort.abort(reason)
    settle(this.#stopAll(reason).finally(() => this.#over()))
    this.wake()
    return ending
  }

  async #stopAll(reason: unknown): Promise<void> {
    for (const batch of this.#parts.batches) batch.stop()
    const stopped = Promise.all(this.#parts.stages.map(({ executor }) => executor.stop(reason)))
    const ends = await Promise.allSettled([
      stopped,
      this.#closeSource(stopped, reason),
      this.#sink?.abort(reason),
    ])
    const failed = ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    if (failed !== undefined) this.#failure ??= { error: failed.reason }
  }

  /** Items go back to a queue only when no call of them runs any more. */
  async #closeSource(stopped: Promise<unknown>, reason: unknown): Promise<void> {
    if (this.#source.limit !== undefined) await stopped.catch(() => {})
    await this.#source.close(reason)
  }

  #over(): void {
    this.#isOver = true
    for (const undo of this.#undo.splice(0)) undo()
    this.#tell()
    this.#onOver?.()
  }
}

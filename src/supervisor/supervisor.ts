// First: the error of a bundle that holds millrace comes before errors of modules that need their own place.
import '../thread-files.ts'
import { EventEmitter } from 'node:events'
import { clock } from '../clock.ts'
import { AbortError, SupervisorClosedError, TooManyThreadsError } from '../errors.ts'
import { placeIn, refuseSelfStart } from '../protocol/index.ts'
import {
  hearAttachments,
  type ItemFor,
  type ItemOf,
  type SinkQueue,
  type SourceQueue,
  type WaitOptions,
} from '../queue/index.ts'
import type { Inferred, Starts, Takes, ThreadedFunction, Yields } from '../threaded/index.ts'
import { clearInterval, setInterval } from '../timers.ts'
import { markUnsendable } from '../unsendable.ts'
import { onAbort } from '../wait/index.ts'
import { framesAbove } from './call-site.ts'
import { emitSafely, type SupervisorEvents, threadEvents } from './events.ts'
import { GroupList } from './group-list.ts'
import type { GroupEvents, GroupPlan, ThreadGroup } from './groups/index.ts'
import { Group, refuseTooMany, waitFor, withShare } from './groups/index.ts'
import { joinError, withReport } from './join-error.ts'
import { leftoversIn, untilDeadLettersMoved } from './leftovers.ts'
import { type SupervisorOptions, type SupervisorSettings, supervisorSettings } from './options.ts'
import { QueueEnds } from './queue-ends.ts'
import type { Report, SupervisorStats } from './report.ts'
import { handleSignals } from './signals.ts'
import { drainAndStop, stopDownstream } from './stop-order.ts'
import type {
  ConsumeOptions,
  ItemArgs,
  OptionsAfter,
  ProduceOptions,
  ResultAfter,
  StartArgs,
  ThreadTask,
} from './tasks/index.ts'
import { consumePlan, producePlan, spawnPlan } from './tasks/index.ts'
import { returnShare, spareStats } from './threads/index.ts'

/** The interval of 'progress' events. */
const PROGRESS_INTERVAL_MS = 1000

/**
 * Runs functions on threads. It starts the threads, starts them again when they die, shuts queues down when
 * their producers are over, and reports how the groups ended.
 *
 * @example
 *     const read = threaded(import.meta, function* ({ folder }: { folder: string }) { … })
 *     const resize = threaded(import.meta, async (path: string) => { … })
 *     const supervisor = new Supervisor({ handleSignals: true })
 *     supervisor.produce(queue, read, { args: { folder } })
 *     supervisor.consume(queue, resize)
 *     await supervisor.join()
 */
export class Supervisor extends EventEmitter<SupervisorEvents> {
  readonly name: string
  readonly #settings: SupervisorSettings
  readonly #groups = new GroupList()
  readonly #ends = new QueueEnds(() => this.#groups.running)
  #started = 0
  readonly #stop = new AbortController()
  #startedAt = 0
  /** Functions to call when no group runs any more. */
  #whileRunning: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined
  #ending: Promise<void> | undefined
  #isClosed = false
  #isJoined = false
  #isAborted = false
  #destroyedBy: { error: unknown } | undefined

  /** @throws TypeError, RangeError for a wrong option */
  constructor(options?: SupervisorOptions) {
    super()
    this.#settings = supervisorSettings(options)
    this.name = this.#settings.name
    EventEmitter.prototype.on.call(this, 'newListener', (event: string) => {
      if (event === 'progress' && this.#groups.running.length > 0) this.#showProgress()
    })
  }

  /**
   * Aborted with the reason when the run is asked to stop: by `close`, `destroy`, the `signal` option, SIGINT
   * or SIGTERM. For work on this thread.
   *
   * @example
   *     const response = await fetch(url, { signal: supervisor.signal })
   */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /**
   * Runs a function on `threads` threads. The function uses the queues in its `args` as it likes; it returns
   * or throws its result. A thread that dies is started again, at the beginning of the function.
   *
   * The function is one of `threaded`, or that of a task. Options count before those of the task.
   *
   * @example
   *     const sum = threaded(import.meta, ({ numbers }: { numbers: Queue<number> }) => { … })
   *     const group = supervisor.spawn(sum, { threads: 2, args: { numbers } })
   *     const sums = await group.join()
   * @example
   *     supervisor.spawn({ filename, name: 'sum', threads: 2, args: { numbers } })
   *
   * @throws TypeError, RangeError for a wrong task or option, and for a function that no thread can find;
   *   TooManyThreadsError; SupervisorClosedError; AbortError if the `signal` option is aborted;
   *   ThreadError if a thread would start its own program again
   */
  spawn<A = undefined, R = unknown, B = A, F = unknown>(
    fn: (ThreadedFunction<F> & Starts<StartArgs<F>>) | (ThreadTask<A, R> & Starts<Inferred<B>>),
    ...[options]: OptionsAfter<F, StartArgs<F>, B>
  ): ThreadGroup<ResultAfter<F, R>> {
    const plan = spawnPlan(fn, options, this.#settings)
    return this.#add(this.spawn, plan) as Group<ResultAfter<F, R>>
  }

  /**
   * Runs a function on `threads` threads whose items go into `queue`. The function returns one item, or an
   * iterable, asynchronous iterable or generator of items. (A string, a buffer or a typed array is one item,
   * undefined is none.) Each item is stored before the next is asked for. The queue is shut down when the
   * last group of this supervisor is over that produces for it, or has it in `closes`.
   *
   * @example
   *     supervisor.produce(queue, readLines, { args: { path } })
   * @example
   *     supervisor.produce(queue, { filename, name: 'readLines', args: { path } })
   *
   * @throws as `spawn`
   */
  // biome-ignore lint/suspicious/noExplicitAny: a queue of whatever items
  produce<Q extends SinkQueue<any>, A = undefined, B = A, F = unknown>(
    queue: Q,
    fn:
      | (ThreadedFunction<F> & Starts<StartArgs<F>> & Yields<ItemFor<Q>>)
      | (ThreadTask<A> & ProduceOptions & Starts<Inferred<B>> & Yields<ItemFor<Q>>),
    ...[options]: OptionsAfter<F, StartArgs<F>, B, ProduceOptions>
  ): ThreadGroup<undefined> {
    const plan = producePlan(queue, fn, options, this.#settings)
    return this.#add(this.produce, plan) as Group<undefined>
  }

  /**
   * Calls a function with each item of `queue`, on `threads` threads, as `(item, thread)`. An item is
   * finished when the call has returned. A throw fails the item only: it is retried, then goes to the dead
   * letters. Without retries and dead letters, the thread fails, and the item is delivered to another thread.
   * With `closes`, other queues are shut down once the group is over.
   *
   * @example
   *     const parse = threaded(import.meta, (page: string, thread: ThreadContext<Links>) => { … })
   *     supervisor.consume(pages, parse, { args: { links }, retries: 2, closes: links })
   * @example
   *     supervisor.consume(pages, { filename, name: 'parse', args: { links }, retries: 2, closes: links })
   *
   * @throws as `spawn`
   */
  // biome-ignore lint/suspicious/noExplicitAny: a queue of whatever items
  consume<Q extends SourceQueue<any>, A = undefined, B = A, F = unknown>(
    queue: Q,
    fn:
      | (ThreadedFunction<F> & Takes<ItemOf<Q>, ItemArgs<F>>)
      | (ThreadTask<A> & ConsumeOptions & Takes<ItemOf<Q>, Inferred<B>>),
    ...[options]: OptionsAfter<F, ItemArgs<F>, B, ConsumeOptions>
  ): ThreadGroup<undefined> {
    const plan = consumePlan(queue, fn, options, this.#settings)
    return this.#add(this.consume, plan) as Group<undefined>
  }

  /**
   * Resolves when all groups are over. By then each of their threads has exited, or is kept for the next
   * group. Groups that are added meanwhile count too.
   *
   * @example
   *     const report = await supervisor.join({ timeout: 60_000 })
   *
   * @throws ThreadError when a group failed for good, AggregateError when several did; ThreadError when a
   *   queue still has items and a group took from it. Each has the `report` too. WaitTimeoutError,
   *   AbortError; TypeError, RangeError for a wrong option
   */
  async join(options?: WaitOptions): Promise<Report> {
    this.#isJoined = true
    await waitFor(
      this.#end,
      options,
      () => this.#label,
      () => this.#groups.running.flatMap(({ unready }) => (unready === '' ? [] : [unready])).join(', '),
    )
    // A group may have been added after the end of the last one.
    if (this.#groups.present.length > 0) return this.join(options)
    const report = this.#report()
    const { failures, forgotten, taken } = this.#groups.past
    const rejection = joinError({
      failures,
      forgotten,
      leftovers: leftoversIn(taken),
      wasAskedToStop: this.#stop.signal.aborted,
      abort: this.#isAborted ? { reason: this.#settings.signal?.reason } : undefined,
      destroyedBy: this.#destroyedBy,
    })
    this.#groups.past.allJoined()
    if (rejection !== undefined) throw withReport(rejection.error, report)
    return report
  }

  /**
   * A snapshot of the groups and their threads.
   *
   * @example
   *     console.log(supervisor.stats().threads, 'threads at work')
   */
  stats(): SupervisorStats {
    const { threadsAtWork, stats, past } = this.#groups
    return {
      name: this.name,
      threads: threadsAtWork,
      groups: stats,
      ...(past.earlier === undefined ? {} : { earlier: past.earlier }),
      spares: spareStats(),
    }
  }

  /**
   * Asks all threads to stop, group after group in the order of the stream of items: consumers go on until
   * their producers have ended. Items that threads hold are finished. The threads of a group that have not
   * stopped within `grace` are terminated. Resolves when all groups are over. Nothing can be started
   * afterwards.
   *
   * @example
   *     await supervisor.close()
   */
  close(): Promise<void> {
    return this.#close(new Error(`${this.#label} was closed`))
  }

  /**
   * Ends all threads at once. Joins reject with `error`, by default an AbortError.
   *
   * @example
   *     await supervisor.destroy(new Error('out of disk space'))
   */
  async destroy(error?: unknown): Promise<void> {
    this.#isClosed = true
    const reason = error ?? new AbortError(new Error(`${this.#label} was destroyed`))
    this.#stop.abort(reason)
    if (this.#groups.running.length > 0) this.#destroyedBy ??= { error: reason }
    await Promise.all(this.#groups.present.map((group) => group.destroy(reason)))
  }

  /**
   * As `close()`.
   *
   * @example
   *     await using supervisor = new Supervisor()
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get #label(): string {
    return this.name === '' ? 'the supervisor' : `supervisor '${this.name}'`
  }

  /** `caller`: the public method, above which the stack begins. */
  #add(caller: (...args: never[]) => unknown, plan: GroupPlan): Group {
    if (this.#isClosed) throw new SupervisorClosedError(`${this.#label} is closed: it starts no more threads`)
    const frames = framesAbove(caller)
    refuseSelfStart(placeIn(frames))
    const { maxThreads, signal } = this.#settings
    if (signal?.aborted) throw new AbortError(signal.reason)
    if (this.#stop.signal.aborted) {
      throw new SupervisorClosedError(`${this.#label} was asked to stop: it starts no more threads`)
    }
    const atWork = this.#groups.threadsAtWork
    const sharing = withShare(plan, maxThreads - atWork)
    try {
      const total = atWork + sharing.task.threads
      if (total > maxThreads) {
        throw new TooManyThreadsError(
          `${this.#label} would run ${total} threads, and its option maxThreads is ${maxThreads}`,
        )
      }
      refuseTooMany(sharing)
      return this.#start(sharing, frames)
    } catch (error) {
      returnShare(sharing.share)
      throw error
    }
  }

  #start(plan: GroupPlan, frames: string): Group {
    // An 'error' listener may start a group while the end of the last one is being handled.
    if (this.#whileRunning.length === 0) this.#begin()
    const events = this.#eventsOf(() => group)
    let group: Group
    try {
      group = new Group(this.#started++, plan, frames, events)
    } catch (error) {
      this.#endIfIdle()
      throw error
    }
    this.#groups.add(group)
    this.#ends.started(group)
    return group
  }

  #begin(): void {
    if (this.#startedAt === 0) this.#startedAt = clock.now()
    this.#whileRunning.push(hearAttachments(), () => this.#ends.unwatchAll())
    const { signal } = this.#settings
    if (signal !== undefined) {
      const abort = () => {
        this.#isAborted = true
        void this.#close(signal.reason)
      }
      this.#whileRunning.push(onAbort(signal, abort))
    }
    if (this.#settings.handleSignals) {
      const ask = (name: string) => this.#drainAndStop(new Error(`interrupted by ${name}`))
      this.#whileRunning.push(handleSignals(ask, () => void this.destroy()))
    }
    if (this.listenerCount('progress') > 0) this.#showProgress()
  }

  #showProgress(): void {
    if (this.#timer !== undefined) return
    this.#timer = setInterval(() => this.emit('progress', this.stats()), PROGRESS_INTERVAL_MS).unref()
    this.#whileRunning.push(() => {
      clearInterval(this.#timer)
      this.#timer = undefined
    })
  }

  #eventsOf(group: () => Group): GroupEvents {
    return {
      ...threadEvents(group, (event, ...payload) => this.#tell(event, ...payload)),
      over: () => this.#over(group()),
      gone: () => this.#groups.gone(group()),
      joined: () => this.#groups.past.joined(group()),
    }
  }

  #tell<E extends keyof SupervisorEvents>(event: E, ...payload: SupervisorEvents[E]): void {
    emitSafely(() => this.emit(event, ...(payload as never)))
  }

  #over(group: Group): void {
    this.#ends.over(group)
    if (group.hasFailed) this.#tellFailure(group)
    this.#endIfIdle()
  }

  #endIfIdle(): void {
    if (this.#groups.running.length === 0) for (const undo of this.#whileRunning.splice(0)) undo()
  }

  /** Reports a failure to the listeners of 'error', or as a warning if nothing else would tell of it. */
  #tellFailure({ failure, isJoined }: Group): void {
    if (this.listenerCount('error') > 0) this.#tell('error', failure)
    else if (!isJoined && !this.#isJoined && this.#destroyedBy === undefined) {
      const message = failure instanceof Error ? failure.message : String(failure)
      process.emitWarning(`a group failed, and nobody has joined it or ${this.#label} so far: ${message}`, {
        code: 'MILLRACE_GROUP_FAILED',
      })
    }
  }

  /** One promise for all joins that wait now. */
  get #end(): Promise<void> {
    this.#ending ??= this.#groups
      .allGone()
      .then(() => this.#deadLettersMoved())
      .finally(() => {
        this.#ending = undefined
      })
    return this.#ending
  }

  async #deadLettersMoved(): Promise<void> {
    if (this.#groups.past.failures.length > 0) return
    await untilDeadLettersMoved(this.#groups.past.taken, this.#settings.grace, this.#stop.signal)
  }

  #drainAndStop(reason: unknown): void {
    this.#stop.abort(reason)
    this.#whileRunning.push(drainAndStop(() => this.#groups.running, reason, this.#settings.grace))
  }

  #close(reason: unknown): Promise<void> {
    this.#closing ??= this.#closeNow(reason)
    return this.#closing
  }

  async #closeNow(reason: unknown): Promise<void> {
    this.#isClosed = true
    this.#stop.abort(reason)
    await stopDownstream(
      () => this.#groups.running,
      (group) => group.stopWithin(reason, this.#settings.grace),
    )
    await this.#groups.allGone()
  }

  #report(): Report {
    const { groups, earlier, queues } = this.#groups.past
    return {
      name: this.name,
      elapsed: this.#startedAt === 0 ? 0 : clock.now() - this.#startedAt,
      ...(this.#stop.signal.aborted ? { stoppedBy: this.#stop.signal.reason } : {}),
      groups: groups.map(({ report }) => report),
      ...(earlier === undefined ? {} : { earlier }),
      queues: queues.map(({ report }) => report),
    }
  }
}

markUnsendable(Supervisor, 'threads may have supervisors of their own')

import './unbundled.ts'
import { EventEmitter } from 'node:events'
import { clock } from '../clock.ts'
import {
  AbortError,
  QueueShutDownError,
  SupervisorClosedError,
  ThreadError,
  TooManyThreadsError,
} from '../errors.ts'
import { withStacks } from '../loading/index.ts'
import { placeIn, refuseSelfStart } from '../protocol/index.ts'
import { drain, hearAttachments, type ItemOf, type Queue, type WaitOptions } from '../queue/index.ts'
import { causeOf, noteCause } from '../thread-link.ts'
import { clearInterval, clearTimeout, nextTick, setInterval, setTimeout } from '../timers.ts'
import { markUnsendable } from '../unsendable.ts'
import { onAbort, whenShutDown } from '../wait/index.ts'
import { GroupHistory } from './group-history.ts'
import type { Member } from './groups/index.ts'
import {
  aggregateOf,
  Group,
  type GroupEvents,
  type GroupPlan,
  queuesOf,
  refuseTooMany,
  type ThreadGroup,
  waitFor,
} from './groups/index.ts'
import { type SupervisorOptions, type SupervisorSettings, supervisorSettings } from './options.ts'
import { groupStats, type Report, type SupervisorStats } from './report.ts'
import { handleSignals } from './signals.ts'
import { finish, stopDownstream } from './stop-order.ts'
import type {
  ConsumeOptions,
  Inferred,
  ProduceOptions,
  Starts,
  Takes,
  ThreadTask,
  Yields,
} from './tasks/index.ts'
import { consumePlan, producePlan, spawnPlan } from './tasks/index.ts'

/** What a supervisor's events carry. */
export interface ThreadEvent {
  /** The group's name. */
  readonly group: string
  readonly index: number
  readonly threadId: number
}

export interface SupervisorEvents {
  /** A function begins on a thread. */
  start: [ThreadEvent & { readonly restarts: number }]
  /**
   * A run is over: `exitCode` if its thread died, `error` if it failed. Without a 'start' before it if it
   * could not be set up.
   */
  exit: [ThreadEvent & { readonly exitCode?: number; readonly error?: Error }]
  /** A thread is about to be started again, after the policy's `backoff`. */
  restart: [ThreadEvent & { readonly restarts: number }]
  /**
   * `consume` gave an item up after `attempts` deliveries. Items given up because their threads died are not
   * told.
   */
  deadLetter: [ThreadEvent & { readonly queue: string; readonly error: unknown; readonly attempts: number }]
  /** About once a second, while groups run and someone listens. */
  progress: [SupervisorStats]
  /** A group failed. Only if someone listens: `join` rejects with it in any case. */
  error: [unknown]
}

const PROGRESS = 1000
/**
 * How often it is looked at what functions of `spawn` do with a queue that was shut down for a failure, in
 * ms.
 */
const LOOK = 50

/**
 * Runs functions on threads: starts them, starts them again when they die, shuts queues down when those are
 * over who produce for them, and tells how it all ended. A user writes functions, the supervisor does the
 * threads.
 */
export class Supervisor extends EventEmitter<SupervisorEvents> {
  readonly name: string
  readonly #settings: SupervisorSettings
  /** Those whose threads have not all exited. */
  readonly #groups: Group[] = []
  readonly #past = new GroupHistory()
  #started = 0
  readonly #stop = new AbortController()
  #startedAt = 0
  /** Queues whose end is watched, and what ends that. */
  readonly #watched = new Map<Queue<unknown>, () => void>()
  /** Undone when no group runs any more. */
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
      if (event === 'progress' && this.#running.length > 0) this.#showProgress()
    })
  }

  /**
   * Aborted when the run is asked to stop (close, destroy, the `signal` option, SIGINT), with the reason: for
   * work on this thread.
   */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /**
   * Runs a function on `threads` threads; it uses the queues in its `args` as it likes. A thread that dies is
   * started again at the beginning of the function; what the function returns or throws is its result.
   * @throws TypeError, RangeError for a wrong task; TooManyThreadsError; SupervisorClosedError
   */
  spawn<A = undefined, R = unknown>(task: ThreadTask<A, R> & Starts<Inferred<A>>): ThreadGroup<R> {
    return this.#add(this.spawn, spawnPlan(task as ThreadTask<never>, this.#settings)) as Group<R>
  }

  /**
   * Runs a function on `threads` threads whose items go into `queue`: it returns one, or an iterable,
   * asynchronous iterable or generator of them (a string, a buffer or a typed array is one item, undefined
   * none). Each is stored before the next is asked for. The queue is shut down when the last producer of this
   * supervisor has ended.
   * @throws as spawn
   */
  // biome-ignore lint/suspicious/noExplicitAny: a queue of whatever items
  produce<Q extends Queue<any>, A = undefined>(
    queue: Q,
    task: ThreadTask<A> & ProduceOptions & Starts<Inferred<A>> & Yields<ItemOf<Q>>,
  ): ThreadGroup<undefined> {
    const plan = producePlan(queue as Queue<unknown>, task as ThreadTask<never>, this.#settings)
    return this.#add(this.produce, plan) as Group<undefined>
  }

  /**
   * Calls a function with each item of `queue`, on `threads` threads, as `(item, thread)`. An item is
   * finished when the call has returned. What it throws fails the item only: it is retried, then goes to the
   * dead letters; without either it is delivered to another thread, and this one is over.
   * @throws as spawn
   */
  // biome-ignore lint/suspicious/noExplicitAny: a queue of whatever items
  consume<Q extends Queue<any>, A = undefined>(
    queue: Q,
    task: ThreadTask<A> & ConsumeOptions & Takes<ItemOf<Q>, Inferred<A>>,
  ): ThreadGroup<undefined> {
    const plan = consumePlan(queue as Queue<unknown>, task as ThreadTask<never>, this.#settings)
    return this.#add(this.consume, plan) as Group<undefined>
  }

  /**
   * Resolves when all groups have ended, those added meanwhile too, and their threads with them.
   * @throws ThreadError when a group failed for good (AggregateError when several did), or when a queue from
   *   which a
   *   group took still has items; each has the `report` too. WaitTimeoutError, AbortError
   */
  async join(options?: WaitOptions): Promise<Report> {
    this.#isJoined = true
    await waitFor(
      this.#end,
      options,
      () => this.#label,
      () => this.#running.flatMap(({ unready }) => (unready === '' ? [] : [unready])).join(', '),
    )
    // Added while the last one's end was on its way here.
    if (this.#groups.length > 0) return this.join(options)
    const report = this.#report()
    const leftovers = leftIn(this.#past.taken)
    const { failures, forgotten } = this.#past
    this.#past.allJoined()
    if (this.#destroyedBy !== undefined) throw withReport(this.#destroyedBy.error, report)
    const { signal } = this.#settings
    if (this.#isAborted) failures.unshift(new AbortError(signal?.reason))
    else if (failures.length === 0 && !this.#stop.signal.aborted) failures.push(...leftovers)
    const causes = failures.filter((failure) => !isConsequence(failure))
    const distinct = [...new Set(causes.length > 0 ? causes : failures)]
    if (distinct.length === 0) return report
    const [only] = distinct
    const error = distinct.length === 1 || this.#isAborted ? only : aggregateOf(distinct, forgotten)
    throw withReport(error, report)
  }

  /** A snapshot. */
  stats(): SupervisorStats {
    const { earlier } = this.#past
    return {
      name: this.name,
      threads: this.#threadsAtWork(),
      groups: [
        ...this.#past.groups,
        ...this.#groups.map((group) => ({ number: group.number, stats: groupStats(group) })),
      ]
        .sort((a, b) => a.number - b.number)
        .map(({ stats }) => stats),
      ...(earlier === undefined ? {} : { earlier }),
    }
  }

  /**
   * Asks all threads to stop, group after group with the stream of items: those that take go on until those
   * have ended that put. Lets what is held be finished, terminates those of a group that have not stopped
   * within `grace`, and resolves when all have ended. Nothing can be started afterwards.
   */
  close(): Promise<void> {
    return this.#close(new Error(`${this.#label} was closed`))
  }

  /** Ends all threads at once; joins reject with `error`, by default an AbortError. */
  async destroy(error?: unknown): Promise<void> {
    this.#isClosed = true
    const reason = error ?? new AbortError(new Error(`${this.#label} was destroyed`))
    this.#stop.abort(reason)
    if (this.#running.length > 0) this.#destroyedBy ??= { error: reason }
    await Promise.all(this.#groups.map((group) => group.destroy(reason)))
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get #label(): string {
    return this.name === '' ? 'the supervisor' : `supervisor '${this.name}'`
  }

  get #running(): Group[] {
    return this.#groups.filter(({ isOver }) => !isOver)
  }

  #threadsAtWork(): number {
    const members = this.#running.flatMap((group) => group.members)
    return members.filter(({ isOver }) => !isOver).length
  }

  /** `caller`: the method that was called. */
  #add(caller: (...args: never[]) => unknown, plan: GroupPlan): Group {
    if (this.#isClosed) throw new SupervisorClosedError(`${this.#label} is closed: it starts no more threads`)
    const frames = framesAbove(caller)
    refuseSelfStart(placeIn(frames))
    const { maxThreads, signal } = this.#settings
    if (signal?.aborted) throw new AbortError(signal.reason)
    if (this.#stop.signal.aborted) {
      throw new SupervisorClosedError(`${this.#label} was asked to stop: it starts no more threads`)
    }
    const total = this.#threadsAtWork() + plan.task.threads
    if (total > maxThreads) {
      throw new TooManyThreadsError(
        `${this.#label} would run ${total} threads, and its option maxThreads is ${maxThreads}`,
      )
    }
    refuseTooMany(plan)
    // An 'error' listener may start a group before the end of the last one has been seen to.
    if (this.#whileRunning.length === 0) this.#begin()
    const events = this.#eventsOf(() => group)
    let group: Group
    try {
      group = new Group(this.#started++, plan, frames, events)
    } catch (error) {
      this.#endIfIdle()
      throw error
    }
    this.#groups.push(group)
    for (const queue of queuesOf(plan)) this.#watchEnd(queue)
    return group
  }

  #begin(): void {
    if (this.#startedAt === 0) this.#startedAt = clock.now()
    this.#whileRunning.push(hearAttachments())
    const { signal } = this.#settings
    if (signal !== undefined) {
      const abort = () => {
        this.#isAborted = true
        void this.#close(signal.reason)
      }
      this.#whileRunning.push(onAbort(signal, abort))
    }
    if (this.#settings.handleSignals) {
      const ask = (name: string) => this.#finish(new Error(`interrupted by ${name}`))
      this.#whileRunning.push(handleSignals(ask, () => void this.destroy()))
    }
    if (this.listenerCount('progress') > 0) this.#showProgress()
  }

  #showProgress(): void {
    if (this.#timer !== undefined) return
    this.#timer = setInterval(() => this.emit('progress', this.stats()), PROGRESS).unref()
    this.#whileRunning.push(() => {
      clearInterval(this.#timer)
      this.#timer = undefined
    })
  }

  #eventsOf(group: () => Group): GroupEvents {
    const event = (member: Member, threadId = member.thread): ThreadEvent => ({
      group: group().name,
      index: member.index,
      threadId,
    })
    return {
      started: (member) => this.#tell('start', { ...event(member), restarts: member.restarts }),
      ended: (member, thread, exitCode, error) =>
        this.#tell('exit', {
          ...event(member, thread),
          ...(exitCode === undefined ? {} : { exitCode }),
          ...(error === undefined ? {} : { error }),
        }),
      restarting: (member) => this.#tell('restart', { ...event(member), restarts: member.restarts }),
      gaveUp: (member, error, attempts) => {
        const queue = group().plan.queue?.name ?? ''
        this.#tell('deadLetter', { ...event(member), queue, error, attempts })
      },
      over: () => this.#over(group()),
      gone: () => {
        this.#past.add(group())
        this.#groups.splice(this.#groups.indexOf(group()), 1)
      },
      joined: () => this.#past.joined(group()),
    }
  }

  /**
   * What a listener throws is an uncaught exception, as ever, but takes nothing along that is under way here.
   */
  #tell<E extends keyof SupervisorEvents>(event: E, ...payload: SupervisorEvents[E]): void {
    try {
      this.emit(event, ...(payload as never))
    } catch (error) {
      nextTick(() => {
        throw error
      })
    }
  }

  #over(group: Group): void {
    const { role, queue } = group.plan
    if (role === 'produce' && queue !== undefined) {
      const others = this.#running.some(({ plan }) => plan.role === 'produce' && plan.queue === queue)
      if (!others) shutDown(queue)
    }
    if (group.hasFailed) this.#failed(group)
    else if (group.unwanted !== undefined) this.#unwantedOver(group)
    for (const watched of queuesOf(group.plan)) this.#unwatchUnused(watched)
    this.#endIfIdle()
  }

  #watchEnd(queue: Queue<unknown>): void {
    if (this.#watched.size === 0) this.#whileRunning.push(() => this.#unwatch())
    if (queue.isShutDown) this.#outputEnded(queue)
    else if (!this.#watched.has(queue)) {
      const end = whenShutDown(queue.origin.shared, () => this.#outputEnded(queue))
      this.#watched.set(queue, end)
    }
  }

  #unwatchUnused(queue: Queue<unknown>): void {
    if (this.#running.some(({ plan }) => queuesOf(plan).includes(queue))) return
    this.#watched.get(queue)?.()
    this.#watched.delete(queue)
  }

  #unwatch(): void {
    for (const end of this.#watched.values()) end()
    this.#watched.clear()
  }

  /**
   * Groups that put into it alone are not wanted any more. Without this they would not learn it while nothing
   * comes for them to put.
   */
  #outputEnded(queue: Queue<unknown>): void {
    const cause = causeOf(queue.origin.id)
    const reason = new QueueShutDownError(`${queue.origin.label} is shut down`, cause)
    const users = this.#running.filter(({ plan }) => queuesOf(plan).includes(queue))
    for (const group of users) if (isUnwanted(group, queue, cause !== undefined)) group.stopUnwanted(reason)
    if (cause === undefined || !users.some(({ plan, isStopping }) => plan.role === 'spawn' && !isStopping))
      return
    // Nothing tells when a function of `spawn` comes to take items, which makes it a stage.
    this.#watched.get(queue)?.()
    const timer = setTimeout(() => this.#outputEnded(queue), LOOK).unref()
    this.#watched.set(queue, () => clearTimeout(timer))
  }

  /**
   * A group that was asked to stop before it had used a queue counts as a taker of what this supervisor
   * produces.
   */
  #sourcesOf({ flow, plan }: Group): readonly Queue<unknown>[] {
    if (!flow.isUndecided) return [...flow.sources]
    const isProduced = (queue: Queue<unknown>) =>
      this.#running.some((other) => other.plan.role === 'produce' && other.plan.queue === queue)
    return plan.args.queues.filter(isProduced)
  }

  /** The queues that it alone took from are shut down, so that those who put there end, too. */
  #unwantedOver(group: Group): void {
    const reason = group.unwanted
    for (const queue of this.#sourcesOf(group)) {
      const isTaken = this.#running.some(({ flow }) => flow.sources.has(queue))
      if (isTaken || queue.isShutDown) continue
      noteCause(queue.origin.id, reason)
      for (const running of this.#running) running.tellCause(queue.origin.id, reason)
      shutDown(queue)
    }
  }

  #endIfIdle(): void {
    if (this.#running.length === 0) for (const undo of this.#whileRunning.splice(0)) undo()
  }

  /**
   * Nobody is to wait for a group that is no more: neither for room in what it took from, nor for word of it.
   */
  #failed(group: Group): void {
    const { failure } = group
    for (const queue of group.flow.taken) {
      noteCause(queue.origin.id, failure)
      for (const running of this.#running) running.tellCause(queue.origin.id, failure)
      shutDown(queue)
    }
    if (this.listenerCount('error') > 0) this.#tell('error', failure)
    else if (!group.isJoined && !this.#isJoined && this.#destroyedBy === undefined) {
      const message = failure instanceof Error ? failure.message : String(failure)
      process.emitWarning(`a group failed, and nobody has joined it or ${this.#label} so far: ${message}`, {
        code: 'MILLRACE_GROUP_FAILED',
      })
    }
  }

  /** One for all who wait now. */
  get #end(): Promise<void> {
    this.#ending ??= this.#allOver()
      .then(() => this.#lettersMoved())
      .finally(() => {
        this.#ending = undefined
      })
    return this.#ending
  }

  async #allOver(): Promise<void> {
    for (let [group] = this.#groups; group !== undefined; [group] = this.#groups) await group.end
  }

  /**
   * Items that were given up while the dead-letter queue was full are moved as somebody empties that; when
   * nobody has for as long as `grace`, they are what is left.
   */
  async #lettersMoved(): Promise<void> {
    if (this.#past.failures.length > 0) return
    for (const queue of this.#past.taken) {
      for (let left = waitingForRoom(queue); left > 0 && !this.#stop.signal.aborted; ) {
        const before = left
        await queue.join({ timeout: this.#settings.grace, signal: this.#stop.signal }).catch(() => {})
        left = waitingForRoom(queue)
        if (left >= before) break
      }
    }
  }

  #finish(reason: unknown): void {
    this.#stop.abort(reason)
    this.#whileRunning.push(finish(() => this.#running, reason, this.#settings.grace))
  }

  #close(reason: unknown): Promise<void> {
    this.#closing ??= this.#closeNow(reason)
    return this.#closing
  }

  async #closeNow(reason: unknown): Promise<void> {
    this.#isClosed = true
    this.#stop.abort(reason)
    await stopDownstream(
      () => this.#running,
      (group) => group.stopWithin(reason, this.#settings.grace),
    )
    await this.#allOver()
  }

  #report(): Report {
    const { groups, earlier, queues } = this.#past
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

/** Of each of these queues that still has items, an error that says so. */
function leftIn(taken: readonly Queue<unknown>[]): ThreadError[] {
  return taken
    .filter((queue) => queue.size > 0)
    .map((queue) => {
      const doomed = waitingForRoom(queue)
      const why =
        doomed > 0 ? ` (${doomed} of them given up, and there is no room among the dead letters)` : ''
      return new ThreadError(
        `${queue.origin.label} still has ${count(queue.size)}${why}, and all threads that took from it are over`,
      )
    })
}

function count(items: number): string {
  return `${items} ${items === 1 ? 'item' : 'items'}`
}

/**
 * Whether a group is of no use once `queue` has ended: it produces for that, or it works on items for queues
 * that have all ended. A function of `spawn` may have shut a queue down itself and go on, so there only a
 * failure counts, and only if it takes items.
 */
function isUnwanted({ plan, flow }: Group, queue: Queue<unknown>, hasFailed: boolean): boolean {
  if (plan.role === 'produce' && plan.queue === queue) return true
  const { sinks, sources } = flow
  if (plan.role === 'spawn' && !(hasFailed && sources.size > 0)) return false
  const outputs = plan.args.queues.filter((each) => sinks.has(each) || !sources.has(each))
  const hasEnded = (output: Queue<unknown>) =>
    output.isShutDown && (hasFailed || sinks.has(output) || output.empty)
  return outputs.includes(queue) && outputs.every(hasEnded)
}

/** Items given up for which there is no room among the dead letters. */
function waitingForRoom(queue: Queue<unknown>): number {
  return queue.isDetached ? 0 : queue.stats().doomed
}

/**
 * The stack above the call of `caller`, as Node has it, whatever the program makes of stacks: at least who
 * called.
 */
function framesAbove(caller: (...args: never[]) => unknown): string {
  const { stackTraceLimit: limit } = Error
  const place = { stack: '' as unknown }
  withStacks(limit > 1 ? limit : 1, undefined, () => {
    Error.captureStackTrace(place, caller)
    // Text from here on: the first to read it has it made.
    return place.stack
  })
  const { stack } = place
  return typeof stack === 'string' ? stack.replace(/^.*\n?/, '') : ''
}

function withReport(error: unknown, report: Report): unknown {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error
  // Not enumerable: it would bury the cause where an uncaught error is printed.
  return Object.defineProperty(error, 'report', { value: report, configurable: true, writable: true })
}

/** It failed because its queue was shut down for another's failure. */
function isConsequence(failure: unknown): boolean {
  const { cause } = failure as Error
  return cause instanceof QueueShutDownError && cause.cause instanceof ThreadError
}

function shutDown(queue: Queue<unknown>): void {
  drain(queue.origin.shared)
}

markUnsendable(Supervisor, 'threads may have supervisors of their own')

import { randomInt } from 'node:crypto'
import { basename } from 'node:path'
import type { ResourceLimits } from 'node:worker_threads'
import { unpackError } from '../../error-transport.ts'
import { RunTimeoutError, type ThreadError } from '../../errors.ts'
import { setLatest } from '../../latest.ts'
import { type Loader, loaderFor, preferFallback } from '../../loading/index.ts'
import type { Outcome, Role, RunMessage } from '../../protocol/index.ts'
import { type Arguments, ancestry, NO_ARGUMENTS, placeIn, verdictOf } from '../../protocol/index.ts'
import {
  attemptsAt,
  beforeRecovery,
  closeProducer,
  GIVEN_UP,
  type Queue,
  recordTimeout,
  storedFor,
  type WaitOptions,
} from '../../queue/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import { markUnsendable } from '../../unsendable.ts'
import { ref, unref } from '../../wait/index.ts'
import type { CheckedTask } from '../tasks/index.ts'
import { activeGroups } from './capacity.ts'
import { deathOf, extended, inBothWays, shown, threadError, withOthers } from './failures.ts'
import { Flow } from './flow.ts'
import { Member } from './member.ts'
import { ThreadPool } from './pool.ts'
import { type CompletePolicy, RestartBudget } from './restart.ts'
import { type Death, Run } from './run.ts'
import { waitFor } from './wait-for.ts'

/** Threads that run one function. */
export interface ThreadGroup<R = unknown> {
  /** The export that runs, or the module's name if that is the default export. */
  readonly name: string
  readonly threads: number
  /**
   * Resolves when all its threads have ended, with what each returned, by index (undefined for one that was
   * asked to stop and then threw the AbortError of its wait).
   * @throws ThreadError of the first thread that failed for good, those of others as its `others`;
   *   WaitTimeoutError,
   *   AbortError
   */
  join(options?: WaitOptions): Promise<R[]>
  /**
   * Asks its threads to stop, terminates after the supervisor's `grace` those that have not, and resolves
   * when all have ended.
   */
  stop(): Promise<void>
}

/** @internal What a group is to do. */
export interface GroupPlan {
  readonly task: Omit<CheckedTask, 'args'>
  readonly args: Arguments
  readonly role: Role['kind']
  /** Of produce and consume. */
  readonly queue: Queue<unknown> | undefined
  /** The rest of the role of a thread; `producer` is 0 except with produce. */
  readonly roleOf: (producer: number) => Role
  /** A producer is started again after a death. */
  readonly resumes: boolean
  readonly restart: CompletePolicy
  readonly resourceLimits: ResourceLimits | undefined
  readonly grace: number
}

/** @internal Told of what happens in a group. */
export interface GroupEvents {
  started(member: Member): void
  ended(member: Member, thread: number, exitCode: number | undefined, error: Error | undefined): void
  restarting(member: Member): void
  gaveUp(member: Member, error: unknown, attempts: number): void
  /** All its threads have ended, or are about to; before `join` resolves. */
  over(): void
  /** All its threads have exited; before `join` resolves. What it was given is still there, and goes then. */
  gone(): void
  /** A join has told how it ended. */
  joined(): void
}

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
/** Beside the sources TypeScript, beside the build JavaScript. */
const HOST = new URL(`../../../workers/host${EXTENSION}`, import.meta.url).href

/** @internal */
export class Group<R = unknown> implements ThreadGroup<R> {
  readonly name: string
  /** Groups of a supervisor are numbered as they were started. */
  readonly number: number
  readonly members: readonly Member[]
  /** Somebody waits for its end, or has: a failure does not go unheard. */
  isJoined = false
  readonly #pool: ThreadPool
  readonly #events: GroupEvents
  readonly #frames: string
  readonly #budget: RestartBudget
  readonly #loader: Loader
  readonly #failures: ThreadError[] = []
  #plan: GroupPlan
  #flow: Flow
  /** Why queues were shut down, by their ids. */
  readonly #causes = new Map<string, unknown>()
  /** All threads have exited. */
  readonly #end: Promise<void>
  #onEnd: () => void = () => {}
  readonly #endLook: () => void
  #isStopping = false
  #unwanted: unknown
  #destroyedBy: { error: unknown } | undefined
  #isOver = false

  /** `frames`: the stack of the call that started it. */
  constructor(number: number, plan: GroupPlan, frames: string, events: GroupEvents) {
    const { task } = plan
    this.number = number
    this.#plan = plan
    this.#flow = new Flow(plan)
    this.name = task.exportName === 'default' ? basename(task.filename) : task.exportName
    this.#events = events
    this.#frames = frames
    this.#budget = new RestartBudget(plan.restart)
    this.#loader = loaderFor(task.filename)
    this.#end = new Promise((resolve) => {
      this.#onEnd = resolve
    })
    this.members = membersOf(plan)
    // No function here may use `plan`: all that live as long as the group would keep it.
    this.#pool = new ThreadPool(task.threads, plan.resourceLimits, (thread, exitCode, error) => {
      this.members.find(({ run }) => run?.thread === thread)?.run?.exited(exitCode, error)
    })
    ref()
    activeGroups.add(this)
    this.#endLook = beforeRecovery((thread) => this.#noteInHand(thread))
    for (const member of this.members) this.#start(member)
  }

  /** Without arguments and queues once its threads have exited. */
  get plan(): GroupPlan {
    return this.#plan
  }

  get threads(): number {
    return this.plan.task.threads
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Why it failed, once it is over. */
  get failure(): unknown {
    if (this.#destroyedBy !== undefined) return this.#destroyedBy.error
    const [first, ...others] = this.#failures
    return first === undefined || others.length === 0 || !this.#isOver ? first : withOthers(first, others)
  }

  get hasFailed(): boolean {
    return this.#destroyedBy !== undefined || this.#failures.length > 0
  }

  /** What it does with queues, as far as has been seen. */
  get flow(): Flow {
    for (const { run } of this.members) this.#flow.note(run)
    return this.#flow
  }

  /** Each of its threads waits for an item. */
  get isIdle(): boolean {
    const users = [...this.flow.sources].flatMap((queue) => queue.stats().threads)
    // Not begun, it has the thread 0, which is the main thread's in `stats`.
    const waits = (run: Run | undefined) =>
      run?.hasBegun && users.some(({ thread, waiting }) => thread === run.thread && waiting.includes('get'))
    return this.members.every(({ isOver, run }) => isOver || waits(run))
  }

  /** Why its output is not wanted any more, if it was asked to stop for that. */
  get unwanted(): unknown {
    return this.#unwanted
  }

  /** Asks its threads to stop since nobody takes what they put, which is no failure. */
  stopUnwanted(reason: unknown): void {
    if (this.#isStopping || this.#isOver) return
    this.#unwanted = reason
    this.requestStop(reason)
    if (this.plan.role !== 'produce') return
    const timer = setTimeout(() => {
      for (const member of this.members) this.#terminateUnwanted(member)
    }, this.plan.grace)
    void this.#end.finally(() => clearTimeout(timer))
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Those of its threads whose function has not begun, for messages: '' if there are none. */
  get unready(): string {
    const { filename, exportName } = this.plan.task
    const starting = this.members.filter(
      ({ isOver, isWaiting, run }) => !isOver && !isWaiting && !run?.isSetUp,
    )
    if (starting.length === 0) return ''
    const which = starting.map(({ index }) => index).join(', ')
    return `thread${starting.length === 1 ? '' : 's'} ${which} of group '${this.name}' (${filename}#${exportName})`
  }

  /** Items its producers have stored so far. */
  get stored(): number {
    return this.members.reduce((sum, member) => sum + this.storedBy(member), 0)
  }

  storedBy(member: Member): number {
    if (member.stored !== undefined) return member.stored
    const { queue } = this.plan
    return member.producer === 0 || queue === undefined ? 0 : storedFor(queue.origin.shared, member.producer)
  }

  async join(options?: WaitOptions): Promise<R[]> {
    this.isJoined = true
    await waitFor(
      this.#end,
      options,
      () => `group '${this.name}'`,
      () => this.unready,
    )
    this.#events.joined()
    if (this.hasFailed) throw this.failure
    return this.members.map(({ result }) => result as R)
  }

  /** Resolves when all its threads have exited, however it went. */
  get end(): Promise<void> {
    return this.#end
  }

  stop(): Promise<void> {
    return this.stopWithin(new Error(`group '${this.name}' was stopped`), this.plan.grace)
  }

  /** As stop, with the reason that the threads are told, and its own grace in ms. */
  stopWithin(reason: unknown, grace: number): Promise<void> {
    this.requestStop(reason)
    const timer = setTimeout(() => this.#terminateLate(Math.round(grace)), grace)
    return this.#end.finally(() => clearTimeout(timer))
  }

  /** Asks its threads to stop, and leaves them the time they need. */
  requestStop(reason: unknown): void {
    if (this.#isStopping || this.#isOver) return
    this.#isStopping = true
    for (const member of this.members) {
      if (member.isWaiting) this.#settle(member, undefined)
      else if (!member.isOver) member.run?.stop(reason)
    }
  }

  /** Ends its threads at once; joins reject with `error`. */
  destroy(error: unknown): Promise<void> {
    if (!this.#isOver && this.#destroyedBy === undefined) {
      this.#destroyedBy = { error }
      for (const member of this.members) {
        if (member.isOver) continue
        if (member.run?.hasBegun && !member.run.isSettled)
          this.#report(member, undefined, error instanceof Error ? error : undefined)
        this.#settle(member, undefined)
      }
    }
    return this.#end
  }

  /** Queue `id` is about to be shut down because of `cause`: puts of its threads are to fail with that. */
  tellCause(id: string, cause: unknown): void {
    setLatest(this.#causes, id, cause)
    for (const { run } of this.members) run?.tellCause(id, cause)
  }

  #start(member: Member): void {
    const { task, args, roleOf } = this.plan
    member.timedOut = undefined
    member.isLeaving = false
    const message: Omit<RunMessage, 'args' | 'words' | 'calls' | 'port'> = {
      host: HOST,
      loader: (member.firstFailure && this.#loader.fallback) ?? this.#loader,
      filename: task.filename,
      exportName: task.exportName,
      ancestry: [...ancestry(), placeIn(this.#frames)].filter((place) => place !== ''),
      index: member.index,
      threads: task.threads,
      restarts: member.restarts,
      role: roleOf(member.producer),
    }
    member.run = new Run(this.#pool, message, args, {
      began: () => {
        if (member.firstFailure !== undefined) preferFallback(task.filename)
        this.#events.started(member)
      },
      leaving: () => this.#leaving(member),
      gaveUp: ({ error, attempts }) => this.#events.gaveUp(member, unpackError(error), attempts),
      timedOut: (entry, timeout) => this.#timedOut(member, entry, timeout),
      ended: (end) => this.#ended(member, end),
    })
    for (const [id, cause] of this.#causes) member.run.tellCause(id, cause)
  }

  /** Its source has `grace` to close, from now on if the thread was not asked before. */
  #leaving(member: Member): void {
    const { run } = member
    member.isLeaving = true
    const late = () => {
      if (member.run === run) this.#terminateUnwanted(member)
    }
    const timer = setTimeout(late, this.plan.grace)
    void this.#end.finally(() => clearTimeout(timer))
  }

  /** Nothing else ends a call that does not end by itself: its thread is terminated, and another goes on. */
  #timedOut(member: Member, entry: number, timeout: number): void {
    const { queue, roleOf } = this.plan
    const role = roleOf(0)
    const thread = member.thread
    if (member.isOver || queue === undefined || role.kind !== 'consume') return
    const { shared } = queue.origin
    const attempts = attemptsAt(shared, entry)
    const verdict = verdictOf(role, attempts)
    const delay = verdict === 'give up' ? GIVEN_UP : verdict === 'fail' ? 0 : verdict
    if (recordTimeout(shared, thread, { entry, delay, limit: timeout }))
      member.timedOut = { error: RunTimeoutError.after(timeout), attempts, verdict }
    this.#pool.terminate(thread)
  }

  #ended(member: Member, end: Outcome | Death): void {
    if (member.isOver) return
    this.#flow.note(member.run)
    // A listener of its end may stop the group.
    const wasStopping = this.#isStopping
    const exitCode = end.kind === 'died' ? end.exitCode : undefined
    const failed = (message: string, cause?: unknown) =>
      threadError(this, member, this.#frames, message, exitCode, cause)

    if (end.kind === 'returned') {
      for (const { queue, held } of end.left) {
        process.emitWarning(
          `${this.name} returned while it held ${held} unfinished ${held === 1 ? 'item' : 'items'} of ${queue}, delivered again. ` +
            'Call taskDone() for what is done.',
          { code: 'MILLRACE_UNFINISHED' },
        )
      }
      this.#report(member, undefined, undefined)
      this.#settle(member, undefined, end.value)
    } else if (end.kind === 'threw' && this.#loadsByFallback(member, end)) {
      // It takes no other task: only its exit makes room for another thread.
      this.#pool.terminate(member.thread)
      if (wasStopping) this.#settle(member, undefined)
      else this.#start(member)
    } else if (end.kind === 'threw') {
      const thrown = unpackError(end.error)
      const cause = end.isOfWay ? this.#inBothWays(member, thrown) : thrown
      const how = end.isSetUp ? 'could not be set up' : 'threw'
      const error = failed(`${how}: ${shown(cause)}`, cause)
      const isAnswer = wasStopping && end.isStop
      this.#report(member, undefined, isAnswer ? undefined : error)
      if (isAnswer) this.#settle(member, undefined)
      else if (!end.isSetUp && this.#budget.policy.onThrow && this.#startsAgain && !wasStopping) {
        // It takes no other task: only its exit makes room for another thread.
        this.#pool.terminate(member.thread)
        this.#restart(member, error)
      } else this.#settle(member, error)
    } else if (member.firstFailure !== undefined && end.exitCode === undefined) {
      // Tsx could not be registered.
      const cause = this.#inBothWays(member, end.error)
      this.#settle(member, failed(`could not be set up: ${shown(cause)}`, cause))
    } else if (member.timedOut !== undefined) {
      const { error: cause, attempts, verdict } = member.timedOut
      const error = failed(`was terminated: ${shown(cause)}`, cause)
      this.#report(member, end.exitCode, error)
      if (verdict === 'give up') this.#events.gaveUp(member, cause, attempts)
      if (verdict === 'fail') this.#settle(member, error)
      else if (wasStopping) this.#settle(member, undefined)
      // It is the item's failure: `retries` bound it, not the restart policy.
      else this.#startAgain(member)
    } else if (member.isLeaving && end.error === undefined) {
      this.#report(member, end.exitCode, undefined)
      this.#settle(member, undefined)
    } else {
      const how = member.isLate
        ? `did not stop within ${member.isLate.grace} ms and was terminated${member.run?.isSetUp ? '' : ' while it was still starting'}`
        : deathOf(end)
      const error = failed(how, member.isLate ? undefined : end.error)
      this.#report(member, end.exitCode, error)
      if (member.isLate) this.#settle(member, error)
      // With exit code 0 it ended itself in answer; without one it had not begun.
      else if (wasStopping) this.#settle(member, end.exitCode ? error : undefined)
      else if (this.#isCharged(member)) this.#startAgain(member)
      else if (this.#startsAgain) this.#restart(member, error)
      else {
        const why = `${deathOf(end)}; a producer is started again only with \`resume\``
        this.#settle(member, failed(why, end.error))
      }
    }
  }

  /**
   * Whether the module is to be loaded in another way, on another thread: no restart, since nothing of it has
   * begun.
   */
  #loadsByFallback(member: Member, { error, isOfWay }: Extract<Outcome, { kind: 'threw' }>): boolean {
    if (isOfWay !== true || this.#loader.fallback === undefined || member.firstFailure !== undefined)
      return false
    member.firstFailure = { error: unpackError(error) }
    return true
  }

  #inBothWays({ firstFailure }: Member, second: unknown): unknown {
    if (firstFailure === undefined) return second
    const other = this.#loader.fallback?.tsx.length === 0 ? 'without tsx' : 'with tsx'
    return inBothWays(firstFailure.error, other, second)
  }

  /** The calls under way are to blame. `maxDeliveries` of their items bounds the restarts. */
  #isCharged({ run }: Member): boolean {
    const { queue, role } = this.plan
    return (
      role === 'consume' && (queue?.origin.shared.geometry.maxDeliveries ?? 0) > 0 && (run?.calls ?? 0) > 0
    )
  }

  /** A producer that begins anew would put again what it has put before. */
  get #startsAgain(): boolean {
    return this.plan.role !== 'produce' || this.plan.resumes
  }

  #report(member: Member, exitCode: number | undefined, error: Error | undefined): void {
    this.#events.ended(member, member.thread, exitCode, error)
  }

  #restart(member: Member, error: ThreadError): void {
    if (member.isOver) return
    if (this.#budget.take()) this.#startAgain(member)
    else this.#settle(member, this.#lastDeath(error, member))
  }

  /**
   * Its last death with calls under way names their items; where the queue has `maxDeliveries` there is none.
   */
  #noteInHand(thread: number): void {
    const { queue, role } = this.#plan
    const member = this.members.find(({ run }) => run?.thread === thread)
    if (member === undefined || role !== 'consume' || queue === undefined) return
    if (queue.origin.shared.geometry.maxDeliveries === 0) member.heldAtDeath = queue.heldAtDeath(thread)
  }

  /** The failure says what would help. */
  #lastDeath(error: ThreadError, { run, heldAtDeath }: Member): ThreadError {
    const { max, within } = this.#budget.policy
    const calls = run?.calls ?? 0
    const limit = `; restart.max is ${max} within ${within} ms`
    if (calls === 0) return extended(error, limit)
    const which = heldAtDeath === '' ? '' : ` (${heldAtDeath})`
    const items = ` with ${calls} ${calls === 1 ? 'item' : 'items'} in hand${which}, delivered again`
    const cure = 'with `maxDeliveries` or `deadLetters` its queue gives up items that kill their threads'
    return extended(error, `${items}${limit}: ${cure}`)
  }

  #startAgain(member: Member): void {
    const { backoff } = this.#budget.policy
    if (member.isOver) return
    if (!this.#isStopping) {
      member.restarts++
      this.#events.restarting(member)
    }
    // A listener may have destroyed or stopped the group.
    if (member.isOver) return
    if (this.#isStopping) this.#settle(member, undefined)
    else if (backoff === 0) this.#start(member)
    else member.wait(backoff, () => this.#start(member))
  }

  #settle(member: Member, error: ThreadError | undefined, result?: unknown): void {
    if (member.isOver) return
    member.settle(result)
    member.run?.leave()
    if (error !== undefined) this.#failures.push(error)
    if (this.members.every(({ isOver }) => isOver)) this.#conclude()
  }

  #conclude(): void {
    this.#isOver = true
    this.#events.over()
    void this.#pool.end().finally(() => {
      this.#closeBooks()
      activeGroups.delete(this)
      unref()
      this.#events.gone()
      this.#release()
      this.#onEnd()
    })
  }

  /**
   * What the functions returned stays with this object, for those who keep it; nothing else of any size does.
   */
  #release(): void {
    this.#endLook()
    for (const member of this.members) member.releaseRun()
    this.#plan = { ...this.#plan, args: NO_ARGUMENTS, queue: undefined, roleOf: () => ({ kind: 'spawn' }) }
    this.#flow = new Flow(this.#plan)
    this.#causes.clear()
  }

  /**
   * Only now that its threads have exited does nobody store for a producer, or begin to be counted for it.
   */
  #closeBooks(): void {
    const { queue, role } = this.plan
    if (role !== 'produce' || queue === undefined) return
    for (const member of this.members) {
      member.stored = this.storedBy(member)
      closeProducer(queue.origin.shared, member.producer)
    }
  }

  /** It did not end in time, which is no failure: nothing more is wanted of it. */
  #terminateUnwanted(member: Member): void {
    if (member.isOver) return
    member.isLeaving = true
    const thread = member.thread
    if (thread > 0) this.#pool.terminate(thread)
    else this.#settle(member, undefined)
  }

  #terminateLate(grace: number): void {
    for (const member of this.members) {
      if (member.isOver) continue
      if (!member.isLeaving) member.isLate = { grace }
      const thread = member.thread
      if (thread > 0) this.#pool.terminate(thread)
      // It has not begun: there was nothing to stop.
      else this.#settle(member, undefined)
    }
  }
}

markUnsendable(Group, 'its queues can, by their `handle`')

function membersOf({ task, role }: GroupPlan): Member[] {
  // Any number will do that no other producer of the same queue has.
  const producer = () => (role === 'produce' ? randomInt(1, 2 ** 31) : 0)
  return Array.from({ length: task.threads }, (_, index) => new Member(index, producer()))
}

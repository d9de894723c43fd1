import { unpackError } from '../../error-transport.ts'
import { RunTimeoutError, type ThreadError } from '../../errors.ts'
import { setLatest } from '../../latest.ts'
import { type Loader, loaderFor, moduleVersion, preferFallback } from '../../loading/index.ts'
import { recordedDelay } from '../../protocol/index.ts'
import { beforeRecovery, internalsOf, type WaitOptions } from '../../queue/index.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import { markUnsendable } from '../../unsendable.ts'
import { ref, unref } from '../../wait/index.ts'
import { returnShare, Thread, takeThread, threadSettings } from '../threads/index.ts'
import { activeGroups } from './capacity.ts'
import {
  restartRefused,
  runError,
  startingText,
  warnOfItems,
  withOthers,
  withRestartLimit,
} from './failures.ts'
import { Flow } from './flow.ts'
import { Member } from './member.ts'
import { type GroupPlan, spentPlan } from './plan.ts'
import { RestartBudget } from './restart.ts'
import { orderOf, Run, type RunEnd } from './run.ts'
import { type Judgement, judge } from './run-judgement.ts'
import type { GroupEvents, ThreadGroup } from './thread-group.ts'
import { waitFor } from './wait-for.ts'

export class Group<R = unknown> implements ThreadGroup<R> {
  readonly name: string
  /** The groups of a supervisor are numbered in the order of their starts. */
  readonly number: number
  readonly members: readonly Member[]
  /** `join` was called, so a failure reaches someone. */
  isJoined = false
  /** For each thread that is not free so far: resolves when it is, exited or kept for another group. */
  readonly #untilFree = new Set<Promise<void>>()
  readonly #events: GroupEvents
  readonly #frames: string
  readonly #budget: RestartBudget
  readonly #loader: Loader
  readonly #failures: ThreadError[] = []
  #plan: GroupPlan
  #flow: Flow
  /** The reasons why queues were shut down, by the queues' ids. */
  readonly #causes = new Map<string, unknown>()
  /** Resolves when all its threads have exited, failed or not. */
  readonly end: Promise<void>
  #onEnd: () => void = () => {}
  readonly #stopNotingItems: () => void
  #isStopping = false
  #endedOutputs: unknown
  #destroyedBy: { error: unknown } | undefined
  #isOver = false

  /** `frames`: the stack of the call that started the group. */
  constructor(number: number, plan: GroupPlan, frames: string, events: GroupEvents) {
    const { task, outputs } = plan
    this.number = number
    this.#plan = plan
    this.#flow = new Flow(plan)
    this.name = task.name
    this.#events = events
    this.#frames = frames
    this.#budget = new RestartBudget(plan.restart)
    this.#loader = loaderFor(task.filename)
    this.end = new Promise((resolve) => {
      this.#onEnd = resolve
    })
    this.members = Array.from({ length: task.threads }, (_, index) => new Member(index, outputs))
    // No function here may use `plan`: closures that live as long as the group would keep it.
    ref()
    activeGroups.add(this)
    this.#stopNotingItems = beforeRecovery((thread) => this.#noteItemsOf(thread))
    try {
      for (const member of this.members) this.#start(member)
    } catch (error) {
      // Wrong resource limits, say: the first thread could not be made.
      for (const { run } of this.members) run?.leave()
      this.#stopNotingItems()
      activeGroups.delete(this)
      unref()
      throw error
    }
  }

  /** Once the threads have exited, it has no arguments and queues any more. */
  get plan(): GroupPlan {
    return this.#plan
  }

  get threads(): number {
    return this.plan.task.threads
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** The error of a group that has failed; complete once it is over. */
  get failure(): unknown {
    if (this.#destroyedBy !== undefined) return this.#destroyedBy.error
    const [first, ...others] = this.#failures
    return first === undefined || others.length === 0 || !this.#isOver ? first : withOthers(first, others)
  }

  get hasFailed(): boolean {
    return this.#destroyedBy !== undefined || this.#failures.length > 0
  }

  /** Its use of queues, as far as is known now. */
  get flow(): Flow {
    for (const { run } of this.members) this.#flow.note(run)
    return this.#flow
  }

  /** The reason, if the group was asked to stop since its outputs have ended. */
  get endedOutputs(): unknown {
    return this.#endedOutputs
  }

  /** Items its producers have stored so far. */
  get stored(): number {
    return this.members.reduce((sum, { stored }) => sum + stored, 0)
  }

  /** The threads whose function has not begun, for messages; '' if there are none. */
  get unready(): string {
    return startingText(this)
  }

  async join(options?: WaitOptions): Promise<R[]> {
    this.isJoined = true
    await waitFor(
      this.end,
      options,
      () => `group '${this.name}'`,
      () => this.unready,
    )
    this.#events.joined()
    if (this.hasFailed) throw this.failure
    return this.members.map(({ result }) => result as R)
  }

  stop(): Promise<void> {
    return this.stopWithin(new Error(`group '${this.name}' was stopped`), this.plan.grace)
  }

  /** As `stop`, with the reason for the threads, and a grace of its own. */
  stopWithin(reason: unknown, graceMs: number): Promise<void> {
    this.requestStop(reason)
    return this.#unlessEnded(graceMs, () => this.#terminateLate(Math.round(graceMs)))
  }

  /** Asks its threads to stop, without a limit of time. */
  requestStop(reason: unknown): void {
    if (this.#isStopping || this.#isOver) return
    this.#isStopping = true
    for (const member of this.members) {
      if (member.isWaiting) this.#settle(member, undefined)
      else if (!member.isOver) member.run?.stop(reason)
    }
  }

  /** Asks its threads to stop since the queues into which they put have ended. This is no failure. */
  stopForEndedOutputs(reason: unknown): void {
    if (this.#isStopping || this.#isOver) return
    this.#endedOutputs = reason
    this.requestStop(reason)
    // A producer may be waiting for its source, where nothing tells it to stop.
    if (this.plan.outputs.length === 0) return
    void this.#unlessEnded(this.plan.grace, () => {
      for (const member of this.members) this.#terminateLeaving(member)
    })
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
    return this.end
  }

  /** Must be called before the queue `id` is shut down: puts of the threads then fail with `cause`. */
  tellCause(id: string, cause: unknown): void {
    setLatest(this.#causes, id, cause)
    for (const { run } of this.members) run?.tellCause(id, cause)
  }

  /** Calls back after `ms`, unless all threads have exited before. Resolves when they have. */
  #unlessEnded(ms: number, call: () => void): Promise<void> {
    const timer = setTimeout(call, ms)
    return this.end.finally(() => clearTimeout(timer))
  }

  #memberOn(thread: number): Member | undefined {
    return this.members.find(({ run }) => run?.thread === thread)
  }

  /** `isFresh`: on a thread that has run no function before. @throws for settings that Node refuses */
  #start(member: Member, isFresh = false): void {
    const { task, args, calls, reuse, resourceLimits } = this.plan
    member.timedOut = undefined
    member.isLeaving = false
    const loader = (member.firstFailure && this.#loader.fallback) ?? this.#loader
    const order = orderOf(this.plan, member, loader, this.#frames)
    const settings = threadSettings(loader, resourceLimits)
    const thread = reuse && !isFresh ? takeThread(settings, task.filename) : new Thread(settings)
    thread.modules.set(task.filename, moduleVersion(task.filename))
    const run = new Run(thread, order, args, calls, {
      began: () => {
        if (member.firstFailure !== undefined) preferFallback(task.filename)
        this.#events.started(member)
      },
      leaving: () => this.#leaving(member),
      deadLettered: ({ error, attempts }) => this.#events.deadLettered(member, unpackError(error), attempts),
      timedOut: (entry, timeoutMs) => this.#timedOut(member, entry, timeoutMs),
      ended: (end) => this.#ended(member, end),
    })
    member.run = run
    const free = run.free.then(() => this.#untilFree.delete(free)) as Promise<void>
    this.#untilFree.add(free)
    for (const [id, cause] of this.#causes) run.tellCause(id, cause)
  }

  /** Its source has the grace to close, from now on if the thread was not asked to stop before. */
  #leaving(member: Member): void {
    const { run } = member
    member.isLeaving = true
    void this.#unlessEnded(this.plan.grace, () => {
      if (member.run === run) this.#terminateLeaving(member)
    })
  }

  /** Only the end of its thread ends a call that does not end by itself. Another thread goes on. */
  #timedOut(member: Member, entry: number, timeoutMs: number): void {
    const { calls, inputs } = this.plan
    const [input] = inputs
    if (member.isOver || calls === undefined) return
    const { thread } = member
    const queue = input && internalsOf(input)
    const attempts = queue?.attemptsOf(entry) ?? member.restarts + 1
    // The retries of a call without a queue are those of the restart policy, whatever has failed it.
    const decision = queue !== undefined || this.#budget.take() ? calls.decide(attempts, entry) : 'fail'
    if (
      queue === undefined ||
      queue.recordTimeout(thread, { entry, delay: recordedDelay(decision), limit: timeoutMs })
    )
      member.timedOut = { error: RunTimeoutError.after(timeoutMs), attempts, decision }
    member.run?.terminate()
  }

  #ended(member: Member, end: RunEnd): void {
    if (member.isOver) return
    this.#flow.note(member.run)
    const { blamesItems, noRestart } = this.plan
    const judgement = judge(end, {
      isStopping: this.#isStopping,
      canLoadOtherwise: this.#loader.fallback !== undefined && member.firstFailure === undefined,
      triedOtherwise: member.firstFailure !== undefined,
      timedOut: member.timedOut?.decision,
      isLeaving: member.isLeaving,
      isLate: member.isLate !== undefined,
      blamesItems: blamesItems && (member.run?.calls ?? 0) > 0,
      mayRestart: noRestart === undefined,
      hasStored: member.stored > 0,
      restartsAfterThrow: this.#budget.policy.onThrow,
    })
    if (end.kind === 'returned') warnOfItems(this.name, end.left)
    this.#apply(judgement, member, end)
  }

  #apply({ next, failure, ...judgement }: Judgement, member: Member, end: RunEnd): void {
    const failed = { group: this, member, end, frames: this.#frames, loader: this.#loader }
    const error = failure === undefined ? undefined : runError(failure, failed)
    if (judgement.isReported) this.#report(member, end.kind === 'died' ? end.exitCode : undefined, error)
    if (judgement.deadLetters && member.timedOut !== undefined)
      this.#events.deadLettered(member, member.timedOut.error, member.timedOut.attempts)
    // A listener may have destroyed or stopped the group.
    if (member.isOver) return
    if (next === 'done') this.#settle(member, undefined, end.kind === 'returned' ? end.value : undefined)
    else if (next === 'load otherwise') {
      member.firstFailure = { error: end.kind === 'threw' ? unpackError(end.error) : undefined }
      this.#restart(member)
    } else if (next === 'restart free' || (next === 'restart' && this.#budget.take()))
      this.#startAgain(member)
    else if (next === 'restart fresh') this.#restart(member, true)
    else if (next === 'replace') {
      member.recycles++
      this.#restart(member, true)
    } else if (next === 'restart' && error !== undefined)
      this.#settle(member, withRestartLimit(error, this.#budget.policy, member))
    else if (next === 'refuse restart') this.#settle(member, restartRefused(failed))
    else this.#settle(member, error)
  }

  #report(member: Member, exitCode: number | undefined, error: Error | undefined): void {
    this.#events.ended(member, member.thread, exitCode, error)
  }

  /**
   * Notes the items that a thread holds at its death, before they are reclaimed: the last death names them. A
   * queue with `maxDeliveries` gives such items up instead.
   */
  #noteItemsOf(thread: number): void {
    const { inputs, blamesItems } = this.#plan
    const member = this.#memberOn(thread)
    if (member === undefined || blamesItems) return
    for (const queue of inputs) member.heldAtDeath = internalsOf(queue).describeHeld(thread)
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
    else if (backoff === 0) this.#restart(member)
    else member.wait(backoff, () => this.#restart(member))
  }

  /** As #start, where no caller is there for an error. */
  #restart(member: Member, isFresh = false): void {
    try {
      this.#start(member, isFresh)
    } catch (error) {
      this.#ended(member, { kind: 'died', exitCode: undefined, error, mayBeLeftover: false })
    }
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
    void Promise.all(this.#untilFree).finally(() => {
      for (const member of this.members) member.closeProducer()
      returnShare(this.#plan.share)
      activeGroups.delete(this)
      unref()
      this.#events.gone()
      this.#release()
      this.#onEnd()
    })
  }

  /** Drops all but the return values, so that a program may keep this object. */
  #release(): void {
    this.#stopNotingItems()
    for (const member of this.members) member.releaseRun()
    this.#plan = spentPlan(this.#plan)
    this.#flow = new Flow(this.#plan)
    this.#causes.clear()
  }

  /** Terminates a thread that no one waits for any more, which is no failure. */
  #terminateLeaving(member: Member): void {
    if (member.isOver) return
    member.isLeaving = true
    this.#terminate(member)
  }

  #terminateLate(graceMs: number): void {
    for (const member of this.members) {
      if (member.isOver) continue
      if (!member.isLeaving) member.isLate = { graceMs }
      this.#terminate(member)
    }
  }

  #terminate(member: Member): void {
    // A run that has not begun has no thread to terminate.
    if (member.thread > 0) member.run?.terminate()
    else this.#settle(member, undefined)
  }
}

markUnsendable(Group, 'its queues can, by their `handle`')

import { QueueShutDownError } from '../errors.ts'
import { type GroupQueue, internalsOf } from '../queue/index.ts'
import { causeOf, noteCause } from '../thread-link.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import { type Group, isUndeclared, queuesOf } from './groups/index.ts'

/** The interval between looks at functions of `spawn` after a failure has shut a queue of theirs down. */
const FAILED_QUEUE_CHECK_MS = 50

/**
 * The ends of queues and of groups, which follow from each other: a group that is over may end queues, and a
 * queue that has ended may make groups useless that put into it.
 */
export class QueueEnds {
  readonly #running: () => readonly Group[]
  /** The queues whose end is watched, each with the function that ends the watch. */
  readonly #watches = new Map<GroupQueue, () => void>()

  /** `running`: the groups of this supervisor that are not over. */
  constructor(running: () => readonly Group[]) {
    this.#running = running
  }

  /** Watches the queues of a group that has been started. */
  started(group: Group): void {
    for (const queue of queuesOf(group.plan)) {
      if (queue.isShutDown) this.#ended(queue)
      else if (!this.#watches.has(queue)) {
        this.#watches.set(
          queue,
          internalsOf(queue).whenShutDown(() => this.#ended(queue)),
        )
      }
    }
  }

  /** Shuts queues down because a group is over. */
  over(group: Group): void {
    for (const queue of group.plan.closes) {
      const isOpen = this.#running().some(({ plan }) => plan.closes.includes(queue))
      if (!isOpen) internalsOf(queue).shutDown()
    }
    if (group.hasFailed) {
      // No producer is to wait for room that this group would have made.
      for (const queue of group.flow.taken) this.#shutDownFor(queue, group.failure)
    } else if (group.endedOutputs !== undefined) this.#endSources(group)
    for (const queue of queuesOf(group.plan)) this.#unwatchUnused(queue)
  }

  unwatchAll(): void {
    for (const end of this.#watches.values()) end()
    this.#watches.clear()
  }

  #unwatchUnused(queue: GroupQueue): void {
    if (this.#users(queue).length > 0) return
    this.#watches.get(queue)?.()
    this.#watches.delete(queue)
  }

  #users(queue: GroupQueue): Group[] {
    return this.#running().filter(({ plan }) => queuesOf(plan).includes(queue))
  }

  /**
   * A queue was shut down: groups are asked to stop that put into it alone. Otherwise they would notice only
   * when they have an item to put.
   */
  #ended(queue: GroupQueue): void {
    const { id, label } = internalsOf(queue)
    const cause = causeOf(id)
    const reason = new QueueShutDownError(`${label} is shut down`, cause)
    const users = this.#users(queue)
    for (const group of users)
      if (isUseless(group, queue, cause !== undefined)) group.stopForEndedOutputs(reason)
    // A function of `spawn` becomes useless when it first takes items, for which there is no event.
    if (cause === undefined || !users.some(({ plan, isStopping }) => isUndeclared(plan) && !isStopping))
      return
    this.#watches.get(queue)?.()
    const timer = setTimeout(() => this.#ended(queue), FAILED_QUEUE_CHECK_MS).unref()
    this.#watches.set(queue, () => clearTimeout(timer))
  }

  /** The group has ended since its outputs had. So do the queues from which it alone took. */
  #endSources(group: Group): void {
    for (const queue of this.#sourcesOf(group)) {
      const isTaken = this.#running().some(({ flow }) => flow.sources.has(queue))
      if (!isTaken && !queue.isShutDown) this.#shutDownFor(queue, group.endedOutputs)
    }
  }

  /** A group that was stopped before it had used a queue counts as a taker of what other groups put. */
  #sourcesOf({ flow, plan }: Group): readonly GroupQueue[] {
    if (!flow.isUndecided) return [...flow.sources]
    const isClosed = (queue: GroupQueue) => this.#running().some((other) => other.plan.closes.includes(queue))
    return plan.args.queues.filter(isClosed)
  }

  /** Shuts a queue down so that puts fail with `cause`, in all threads. */
  #shutDownFor(queue: GroupQueue, cause: unknown): void {
    const { id } = internalsOf(queue)
    noteCause(id, cause)
    for (const running of this.#running()) running.tellCause(id, cause)
    internalsOf(queue).shutDown()
  }
}

/**
 * Whether a group is useless once `queue` has ended: `queue` is its output, or it works on items for queues
 * that have all ended. A function of `spawn` may have shut a queue down itself and go on. So it is useless
 * only after a failure, and only if it takes items.
 */
function isUseless({ plan, flow }: Group, queue: GroupQueue, hasFailed: boolean): boolean {
  if (plan.outputs.includes(queue)) return true
  const { sinks, sources } = flow
  if (isUndeclared(plan) && !(hasFailed && sources.size > 0)) return false
  const outputs: GroupQueue[] = plan.args.queues.filter((each) => sinks.has(each) || !sources.has(each))
  const hasEnded = (output: GroupQueue) =>
    output.isShutDown && (hasFailed || sinks.has(output) || output.empty)
  return outputs.includes(queue) && outputs.every(hasEnded)
}

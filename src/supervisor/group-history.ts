import { type GroupQueue, internalsOf } from '../queue/index.ts'
import type { Group } from './groups/index.ts'
import { queuesOf } from './groups/index.ts'
import {
  type EarlierGroups,
  type GroupReport,
  type GroupStats,
  groupReport,
  groupStats,
  type QueueReport,
  queueReport,
} from './report.ts'

/** The number of groups that are over and joined and still reported one by one. */
const MAX_JOINED_GROUPS = 16
/** The number of groups that are over, joined or not: a program may never join its groups. */
const MAX_PAST_GROUPS = 1024

/** A queue of a group that is over. It is kept only while it has items that a join would report. */
class UsedQueue {
  readonly id: string
  /** The group took items from it. */
  readonly isTaken: boolean
  #last: QueueReport
  #queue: GroupQueue | WeakRef<GroupQueue>

  constructor(queue: GroupQueue, isTaken: boolean) {
    this.id = internalsOf(queue).id
    this.isTaken = isTaken
    this.#last = queueReport(queue)
    this.#queue = queue
  }

  /** Undefined once it has been garbage-collected. */
  get queue(): GroupQueue | undefined {
    return this.#queue instanceof WeakRef ? this.#queue.deref() : this.#queue
  }

  /** The current report, or the last one if the queue is gone. */
  get report(): QueueReport {
    const { queue } = this
    if (queue !== undefined) this.#last = queueReport(queue)
    return this.#last
  }

  /** Allows the garbage collection of the queue, at once or if it has no items left. */
  release(atOnce: boolean): void {
    const { unfinished } = this.report
    if (!(this.#queue instanceof WeakRef) && (atOnce || unfinished === 0))
      this.#queue = new WeakRef(this.#queue)
  }
}

/** The record of a group whose threads have exited: its figures and its error. */
export interface PastGroup {
  /** The groups of a supervisor are numbered in the order of their starts. */
  readonly number: number
  readonly report: GroupReport
  readonly stats: GroupStats
  readonly hasFailed: boolean
  readonly queues: readonly UsedQueue[]
  isJoined: boolean
}

/**
 * The groups of a supervisor that are over. Arguments, results and queues are dropped with each group. The
 * latest groups are kept as figures, earlier ones as sums.
 */
export class GroupHistory {
  #groups: PastGroup[] = []
  #earlier: EarlierGroups = { groups: 0, failed: 0, restarts: 0, stored: 0 }
  /** The first error of the groups that are only in the sums. */
  #earlierFailure: { readonly error: unknown } | undefined

  /** The groups that are kept one by one, in the order of their starts. */
  get groups(): readonly PastGroup[] {
    return this.#groups
  }

  /** Sums over the earlier groups; undefined if there are none. */
  get earlier(): EarlierGroups | undefined {
    return this.#earlier.groups === 0 ? undefined : this.#earlier
  }

  /** The errors of groups that failed, as far as they are kept. */
  get failures(): unknown[] {
    const known = this.#groups.filter(({ hasFailed }) => hasFailed).map(({ report }) => report.error)
    return this.#earlierFailure === undefined ? known : [this.#earlierFailure.error, ...known]
  }

  /** The number of failures that are not among `failures`. */
  get forgotten(): number {
    return Math.max(0, this.#earlier.failed - 1)
  }

  /** The queues of the groups, each once, in the order of the groups. */
  get queues(): UsedQueue[] {
    return [...new Map(this.#groups.flatMap(({ queues }) => queues).map((used) => [used.id, used])).values()]
  }

  /** The queues from which groups took, as far as they are kept. */
  get taken(): GroupQueue[] {
    const taken = this.#groups.flatMap(({ queues }) => queues).filter(({ isTaken }) => isTaken)
    const queues = taken.flatMap(({ queue }) => (queue === undefined ? [] : [queue]))
    return [...new Set(queues)]
  }

  /** Adds a group, whose threads have exited. */
  add(group: Group): void {
    const { taken } = group.flow
    const past: PastGroup = {
      number: group.number,
      report: groupReport(group),
      stats: groupStats(group),
      hasFailed: group.hasFailed,
      queues: queuesOf(group.plan).map((queue) => new UsedQueue(queue, taken.has(queue))),
      isJoined: false,
    }
    const later = this.#groups.findIndex(({ number }) => number > past.number)
    this.#groups.splice(later < 0 ? this.#groups.length : later, 0, past)
    this.#release()
  }

  /** A join of this group has ended. */
  joined(group: Group): void {
    const past = this.#groups.find(({ number }) => number === group.number)
    if (past !== undefined) past.isJoined = true
    this.#release()
  }

  /** A join of the supervisor has reported all groups. */
  allJoined(): void {
    for (const past of this.#groups) past.isJoined = true
    this.#release()
  }

  #release(): void {
    for (const { queues, isJoined } of this.#groups) for (const used of queues) used.release(isJoined)
    const joined = this.#groups.filter(({ isJoined }) => isJoined)
    const summed = new Set(joined.slice(0, Math.max(0, joined.length - MAX_JOINED_GROUPS)))
    for (const past of this.#groups.slice(0, Math.max(0, this.#groups.length - MAX_PAST_GROUPS)))
      summed.add(past)
    if (summed.size === 0) return
    for (const past of summed) this.#sum(past)
    this.#groups = this.#groups.filter((past) => !summed.has(past))
  }

  #sum({ report, hasFailed }: PastGroup): void {
    const { groups, failed, restarts, stored } = this.#earlier
    if (hasFailed) this.#earlierFailure ??= { error: report.error }
    this.#earlier = {
      groups: groups + 1,
      failed: failed + (hasFailed ? 1 : 0),
      restarts: restarts + report.restarts,
      stored: stored + report.stored,
    }
  }
}

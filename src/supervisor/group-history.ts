import type { Queue } from '../queue/index.ts'
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

/** How many groups that are over and joined are still told of one by one. */
const JOINED = 16
/** How many are at most: a program may never join what it starts. */
const MOST = 1024

/** A queue of a group that is over: kept only while it has items that a join would tell of. */
class UsedQueue {
  readonly id: string
  /** The group took items from it. */
  readonly isTaken: boolean
  #last: QueueReport
  #queue: Queue<unknown> | WeakRef<Queue<unknown>>

  constructor(queue: Queue<unknown>, isTaken: boolean) {
    this.id = queue.origin.id
    this.isTaken = isTaken
    this.#last = queueReport(queue)
    this.#queue = queue
  }

  /** Undefined once it was collected. */
  get queue(): Queue<unknown> | undefined {
    return this.#queue instanceof WeakRef ? this.#queue.deref() : this.#queue
  }

  /** As last seen, if the queue is gone. */
  get report(): QueueReport {
    const { queue } = this
    if (queue !== undefined) this.#last = queueReport(queue)
    return this.#last
  }

  /** Lets go of the queue, at once or when nothing is left in it. */
  release(atOnce: boolean): void {
    const { unfinished } = this.report
    if (!(this.#queue instanceof WeakRef) && (atOnce || unfinished === 0))
      this.#queue = new WeakRef(this.#queue)
  }
}

/** A group whose threads have exited: numbers, and the error it failed with. */
export interface PastGroup {
  /** Groups are numbered as they were started. */
  readonly number: number
  readonly report: GroupReport
  readonly stats: GroupStats
  readonly hasFailed: boolean
  readonly queues: readonly UsedQueue[]
  isJoined: boolean
}

/**
 * What a supervisor keeps of groups that are over. Arguments, results and queues go with the group; of the
 * latest groups each has its figures, of earlier ones there are sums.
 */
export class GroupHistory {
  #groups: PastGroup[] = []
  #earlier: EarlierGroups = { groups: 0, failed: 0, restarts: 0, stored: 0 }
  /** Of a group that is no longer told of by itself. */
  #earlierFailure: { readonly error: unknown } | undefined

  /** In the order in which they were started. */
  get groups(): readonly PastGroup[] {
    return this.#groups
  }

  /** Sums over the groups that are no longer told of one by one; undefined if there are none. */
  get earlier(): EarlierGroups | undefined {
    return this.#earlier.groups === 0 ? undefined : this.#earlier
  }

  /** With what its groups failed, those whose errors are still there. */
  get failures(): unknown[] {
    const known = this.#groups.filter(({ hasFailed }) => hasFailed).map(({ report }) => report.error)
    return this.#earlierFailure === undefined ? known : [this.#earlierFailure.error, ...known]
  }

  /** How many failures are not among `failures`. */
  get forgotten(): number {
    return Math.max(0, this.#earlier.failed - 1)
  }

  /** Each once, in the order of the groups. */
  get queues(): UsedQueue[] {
    return [...new Map(this.#groups.flatMap(({ queues }) => queues).map((used) => [used.id, used])).values()]
  }

  /** Queues from which groups took, as far as they are still there. */
  get taken(): Queue<unknown>[] {
    const taken = this.#groups.flatMap(({ queues }) => queues).filter(({ isTaken }) => isTaken)
    const queues = taken.flatMap(({ queue }) => (queue === undefined ? [] : [queue]))
    return [...new Set(queues)]
  }

  /** The threads of `group` have exited. */
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

  /** A join of this group has told how it ended. */
  joined(group: Group): void {
    const past = this.#groups.find(({ number }) => number === group.number)
    if (past !== undefined) past.isJoined = true
    this.#release()
  }

  /** A join of the supervisor has told of them all. */
  allJoined(): void {
    for (const past of this.#groups) past.isJoined = true
    this.#release()
  }

  #release(): void {
    for (const { queues, isJoined } of this.#groups) for (const used of queues) used.release(isJoined)
    const joined = this.#groups.filter(({ isJoined }) => isJoined)
    const unwanted = new Set(joined.slice(0, Math.max(0, joined.length - JOINED)))
    for (const past of this.#groups.slice(0, Math.max(0, this.#groups.length - MOST))) unwanted.add(past)
    if (unwanted.size === 0) return
    for (const past of unwanted) this.#sum(past)
    this.#groups = this.#groups.filter((past) => !unwanted.has(past))
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

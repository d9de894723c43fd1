import type { Queue } from '../queue/index.ts'
import type { Group } from './groups/index.ts'

/** What came of a supervisor's groups, all of them ended. */
export interface Report {
  /** The supervisor's name. */
  readonly name: string
  /** ms since its first group was started. */
  readonly elapsed: number
  /** Why it was asked to stop before its groups had ended by themselves; else absent. */
  readonly stoppedBy?: unknown
  /** In the order in which they were started; of those that were joined before, the last 16. */
  readonly groups: readonly GroupReport[]
  /** Sums over the groups that are not among `groups` any more; absent if there are none. */
  readonly earlier?: EarlierGroups
  /** The queues these groups have worked on, in the order they were named. */
  readonly queues: readonly QueueReport[]
}

/** Groups that were over and joined long ago, together. */
export interface EarlierGroups {
  readonly groups: number
  /** How many of them failed. */
  readonly failed: number
  readonly restarts: number
  /** Items stored by their producers. */
  readonly stored: number
}

export interface GroupReport {
  readonly name: string
  readonly role: 'spawn' | 'produce' | 'consume'
  readonly threads: number
  readonly restarts: number
  /** Items stored by its producers; 0 for another role. */
  readonly stored: number
  /** ThreadError of a group that failed, or what it was destroyed with. */
  readonly error?: unknown
}

export interface QueueReport {
  readonly name: string
  readonly maxsize: number
  /** Items left in it. */
  readonly left: number
  /** Items put and not finished: those left, and those that somebody still holds. */
  readonly unfinished: number
  /** Items given up, without a dead-letter queue to go to. */
  readonly dropped: number
}

/** A snapshot of a supervisor at work. */
export interface SupervisorStats {
  readonly name: string
  /** Threads at work, waiting for a restart included. */
  readonly threads: number
  /** As in a report. */
  readonly groups: readonly GroupStats[]
  readonly earlier?: EarlierGroups
}

export interface GroupStats {
  readonly name: string
  readonly role: 'spawn' | 'produce' | 'consume'
  readonly restarts: number
  readonly members: readonly MemberStats[]
}

export interface MemberStats {
  readonly index: number
  /** 0 before its thread has begun. */
  readonly threadId: number
  /** `starting`: until its module is loaded and the function begins. */
  readonly state: 'starting' | 'running' | 'waiting to restart' | 'over'
  readonly restarts: number
  /** Items stored, in `produce`. */
  readonly stored: number
}

/** @internal */
export function groupReport(group: Group): GroupReport {
  return {
    name: group.name,
    role: group.plan.role,
    threads: group.threads,
    restarts: restartsOf(group),
    stored: group.stored,
    ...(group.hasFailed ? { error: group.failure } : {}),
  }
}

/** @internal */
export function queueReport(queue: Queue<unknown>): QueueReport {
  const { size, unfinished, dropped } = queue.stats()
  return { name: queue.name, maxsize: queue.maxsize, left: size, unfinished, dropped }
}

/** @internal */
export function groupStats(group: Group): GroupStats {
  return {
    name: group.name,
    role: group.plan.role,
    restarts: restartsOf(group),
    members: group.members.map((member) => {
      const active = member.isWaiting ? 'waiting to restart' : member.run?.isSetUp ? 'running' : 'starting'
      return {
        index: member.index,
        threadId: member.thread,
        state: member.isOver ? 'over' : active,
        restarts: member.restarts,
        stored: group.storedBy(member),
      }
    }),
  }
}

function restartsOf(group: Group): number {
  return group.members.reduce((sum, { restarts }) => sum + restarts, 0)
}

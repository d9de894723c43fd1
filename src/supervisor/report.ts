import type { GroupQueue } from '../queue/index.ts'
import type { Group } from './groups/index.ts'
import type { SpareStats } from './threads/index.ts'

/** How the groups of a supervisor have ended. */
export interface Report {
  /** The supervisor's name. */
  readonly name: string
  /** ms since its first group was started. */
  readonly elapsed: number
  /** The reason for which it was asked to stop; absent if its groups ended by themselves. */
  readonly stoppedBy?: unknown
  /** The groups in the order of their starts; only the last 16 of those that were joined before. */
  readonly groups: readonly GroupReport[]
  /** Sums over the groups that are no longer among `groups`; absent if there are none. */
  readonly earlier?: EarlierGroups
  /** The queues of these groups, in the order in which they were given. */
  readonly queues: readonly QueueReport[]
}

/** Sums over groups that were over and joined long ago. */
export interface EarlierGroups {
  readonly groups: number
  /** The number of groups that failed. */
  readonly failed: number
  readonly restarts: number
  /** The number of items that their producers stored. */
  readonly stored: number
}

export interface GroupReport {
  readonly name: string
  readonly role: 'spawn' | 'produce' | 'consume'
  readonly threads: number
  readonly restarts: number
  /** The number of items that its producers stored; 0 for another role. */
  readonly stored: number
  /** The ThreadError of a group that failed, or the argument of `destroy`. */
  readonly error?: unknown
}

export interface QueueReport {
  readonly name: string
  readonly maxsize: number
  /** The number of items left in it. */
  readonly left: number
  /** The number of items put and not finished: those left in it, and those that threads still hold. */
  readonly unfinished: number
  /** The number of items given up with no dead-letter queue that takes them, or dropped by `whenFull`. */
  readonly dropped: number
}

/** A snapshot of a supervisor at work. */
export interface SupervisorStats {
  readonly name: string
  /** The number of threads at work, those that wait for a restart included. */
  readonly threads: number
  /** The groups, in the same order as in a report. */
  readonly groups: readonly GroupStats[]
  readonly earlier?: EarlierGroups
  /** The threads of this process that are kept for the next group; of all its supervisors. */
  readonly spares: SpareStats
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
  /** How often its thread was replaced, as `recycle` asks. */
  readonly recycles: number
  /** The number of items stored, with `produce`. */
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
export function queueReport(queue: GroupQueue): QueueReport {
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
      const active = member.isWaiting ? 'waiting to restart' : member.run?.isRunning ? 'running' : 'starting'
      return {
        index: member.index,
        threadId: member.thread,
        state: member.isOver ? 'over' : active,
        restarts: member.restarts,
        recycles: member.recycles,
        stored: member.stored,
      }
    }),
  }
}

function restartsOf(group: Group): number {
  return group.members.reduce((sum, { restarts }) => sum + restarts, 0)
}

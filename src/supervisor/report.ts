import type { Group } from './group.ts'

/** What came of a supervisor's groups, all of them ended. */
export interface Report {
  /** The supervisor's name. */
  readonly name: string
  /** ms since its first group was started. */
  readonly elapsed: number
  /** Why it was asked to stop before its groups had ended by themselves; else absent. */
  readonly stoppedBy?: unknown
  readonly groups: readonly GroupReport[]
  /** The queues its groups have worked on, in the order they were named. */
  readonly queues: readonly QueueReport[]
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
  readonly groups: readonly GroupStats[]
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
export function groupStats(group: Group): GroupStats {
  return {
    name: group.name,
    role: group.plan.role,
    restarts: restartsOf(group),
    members: group.members.map((member) => {
      const active = member.isWaiting ? 'waiting to restart' : member.run?.isSetUp ? 'running' : 'starting'
      return {
        index: member.index,
        threadId: member.run?.thread ?? 0,
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

import { nextTick } from '../timers.ts'
import type { Group, GroupEvents, Member } from './groups/index.ts'
import type { SupervisorStats } from './report.ts'

/** The thread that an event of a supervisor is about. */
export interface ThreadEvent {
  /** The group's name. */
  readonly group: string
  /** The thread's number in its group, from 0. */
  readonly index: number
  /** `worker_threads.threadId`. */
  readonly threadId: number
}

/** The events of a supervisor, with the arguments of their listeners. */
export interface SupervisorEvents {
  /** A function begins on a thread. */
  start: [ThreadEvent & { readonly restarts: number }]
  /**
   * A run is over. `exitCode` is set if its thread died, `error` if the run failed. A run that could not be
   * set up had no 'start'.
   */
  exit: [ThreadEvent & { readonly exitCode?: number; readonly error?: Error }]
  /** A thread is about to be started again, after the `backoff` of the restart policy. */
  restart: [ThreadEvent & { readonly restarts: number }]
  /**
   * `consume` gave an item up after `attempts` deliveries. There is no event for an item that was given up
   * because its threads died.
   */
  deadLetter: [ThreadEvent & { readonly queue: string; readonly error: unknown; readonly attempts: number }]
  /** Emitted about once a second while groups run. */
  progress: [SupervisorStats]
  /** A group failed. Emitted only if there is a listener: `join` rejects with the error in any case. */
  error: [unknown]
}

/** Emits an event of a supervisor. */
export type Tell = <E extends keyof SupervisorEvents>(event: E, ...payload: SupervisorEvents[E]) => void

/** The events of a supervisor that tell of the threads of one group. */
export function threadEvents(
  group: () => Group,
  tell: Tell,
): Pick<GroupEvents, 'started' | 'ended' | 'restarting' | 'deadLettered'> {
  const event = (member: Member, threadId = member.thread): ThreadEvent => ({
    group: group().name,
    index: member.index,
    threadId,
  })
  return {
    started: (member) => tell('start', { ...event(member), restarts: member.restarts }),
    ended: (member, thread, exitCode, error) =>
      tell('exit', {
        ...event(member, thread),
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(error === undefined ? {} : { error }),
      }),
    restarting: (member) => tell('restart', { ...event(member), restarts: member.restarts }),
    deadLettered: (member, error, attempts) => {
      const queue = group().plan.inputs[0]?.name ?? ''
      tell('deadLetter', { ...event(member), queue, error, attempts })
    },
  }
}

/** Calls listeners. Their error is an uncaught exception, and does not interrupt the caller. */
export function emitSafely(emit: () => void): void {
  try {
    emit()
  } catch (error) {
    nextTick(() => {
      throw error
    })
  }
}

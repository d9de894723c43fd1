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

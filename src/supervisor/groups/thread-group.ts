import type { WaitOptions } from '../../queue/index.ts'
import type { Member } from './member.ts'

/** Threads that run one function. */
export interface ThreadGroup<R = unknown> {
  /**
   * The name of the function: that of the export, or that given to `threaded`; else its own name or that of
   * its variable; else the name of its file.
   */
  readonly name: string
  /** The number of its threads. */
  readonly threads: number
  /**
   * Resolves when the group is over, with the return values of its threads by index. By then each of its
   * threads has exited, or is kept for another group. The value is undefined for a thread that was asked to
   * stop and then threw the AbortError of its wait.
   *
   * @example
   *     const [sum] = await supervisor.spawn({ filename, name: 'sum' }).join({ timeout: 10_000 })
   *
   * @throws ThreadError of the first thread that failed for good, with the errors of other threads as
   *   `others`; WaitTimeoutError, AbortError; TypeError, RangeError for a wrong option
   */
  join(options?: WaitOptions): Promise<R[]>
  /**
   * Asks its threads to stop, terminates those that have not stopped after the supervisor's `grace`, and
   * resolves when the group is over.
   *
   * @example
   *     setTimeout(() => group.stop(), 60_000)
   */
  stop(): Promise<void>
}

/** @internal The listener of a group, which is its supervisor. */
export interface GroupEvents {
  started(member: Member): void
  ended(member: Member, thread: number, exitCode: number | undefined, error: Error | undefined): void
  restarting(member: Member): void
  deadLettered(member: Member, error: unknown, attempts: number): void
  /** All its runs have ended. Called before `join` resolves. */
  over(): void
  /**
   * All its threads have exited or are kept. Called before `join` resolves, and before the group drops its
   * queues.
   */
  gone(): void
  /** A `join` of the group has ended. */
  joined(): void
}

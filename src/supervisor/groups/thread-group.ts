import type { WaitOptions } from '../../queue/index.ts'
import type { Member } from './member.ts'

/** Threads that run one function. */
export interface ThreadGroup<R = unknown> {
  /** The name of the export or the threaded function that runs; of a default export, that of its module. */
  readonly name: string
  /** The number of its threads. */
  readonly threads: number
  /**
   * Resolves when all its threads have ended, with their return values by index. The value is undefined for a
   * thread that was asked to stop and then threw the AbortError of its wait.
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
   * resolves when all have ended.
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
  /** All its threads have ended, or are about to exit. Called before `join` resolves. */
  over(): void
  /** All its threads have exited. Called before `join` resolves, and before the group drops its queues. */
  gone(): void
  /** A `join` of the group has ended. */
  joined(): void
}

import { AbortError, QueueShutDownError, ThreadError } from '../errors.ts'
import { aggregateOf } from './groups/index.ts'
import type { Report } from './report.ts'

/** How the groups of a supervisor have ended. */
export interface Ending {
  /** The errors of the groups that failed. */
  readonly failures: readonly unknown[]
  /** The number of failures whose errors are no longer known. */
  readonly forgotten: number
  /** An error for each queue that still has items. */
  readonly leftovers: readonly unknown[]
  readonly wasAskedToStop: boolean
  /** The reason of the supervisor's `signal` option, if that ended the run. */
  readonly abort: { readonly reason: unknown } | undefined
  /** The argument of `destroy`, if that ended the run. */
  readonly destroyedBy: { readonly error: unknown } | undefined
}

/** Decides the error with which `join` rejects; undefined if it resolves. */
export function joinError(ending: Ending): { readonly error: unknown } | undefined {
  const { failures, forgotten, leftovers, wasAskedToStop, abort, destroyedBy } = ending
  if (destroyedBy !== undefined) return destroyedBy
  if (abort !== undefined) return { error: new AbortError(abort.reason) }
  const all = failures.length === 0 && !wasAskedToStop ? leftovers : failures
  const causes = all.filter((failure) => !isConsequence(failure))
  const distinct = [...new Set(causes.length > 0 ? causes : all)]
  if (distinct.length === 0) return undefined
  return { error: distinct.length === 1 ? distinct[0] : aggregateOf(distinct, forgotten) }
}

/** The group failed because its queue was shut down for another group's failure. */
function isConsequence(failure: unknown): boolean {
  const { cause } = failure as Error
  return cause instanceof QueueShutDownError && cause.cause instanceof ThreadError
}

/** Adds the report to an error. It is not enumerable: it would hide the cause in the print of the error. */
export function withReport(error: unknown, report: Report): unknown {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error
  return Object.defineProperty(error, 'report', { value: report, configurable: true, writable: true })
}

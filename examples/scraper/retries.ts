/** When a URL that failed is asked for again, and when no more. */
import type { Failure } from './outcome.ts'

export interface RetryRules {
  /** Attempts for one URL. */
  readonly maxAttempts: number
  /** The same, if the host asks for quiet: such an answer says nothing of the page. */
  readonly maxThrottled: number
  /** Requests for quiet by one host, with no other answer in between, after which the host is given up. */
  readonly maxStalls: number
  /** ms before the second attempt; doubled with each further one. */
  readonly backoffMs: number
  readonly maxBackoffMs: number
  /** A host that asks for a longer quiet than this is given up. */
  readonly maxQuietMs: number
}

export const RETRY_RULES: RetryRules = {
  maxAttempts: 3,
  maxThrottled: 5,
  maxStalls: 5,
  backoffMs: 500,
  maxBackoffMs: 30_000,
  maxQuietMs: 60_000,
}

/** ms until the attempt after this one: at least what the server asks for, and else half at random. */
export function backoff(failure: Failure, attempt: number, rules: RetryRules, random = Math.random): number {
  const full = Math.min(rules.maxBackoffMs, rules.backoffMs * 2 ** (attempt - 1))
  const jittered = full * (0.5 + random() / 2)
  // The jitter is kept on top of Retry-After, so that what has waited together does not come back together.
  return failure.retryAfterMs === undefined ? jittered : failure.retryAfterMs + jittered * 0.1
}

export function mayTryAgain(failure: Failure, attempt: number, rules: RetryRules): boolean {
  if (!failure.mayPass || (failure.retryAfterMs ?? 0) > rules.maxQuietMs) return false
  return attempt < (failure.class === 'throttled' ? rules.maxThrottled : rules.maxAttempts)
}

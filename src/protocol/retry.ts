import { DEAD_LETTER_DELAY } from '../core/index.ts'
import type { ConsumeRole } from './roles.ts'

const MAX_DELAY_MS = 0x7fffffff

/**
 * The fate of an item whose call failed. A number: it is delivered again after so many ms. 'dead-letter': it
 * goes to the dead letters. 'fail': it is delivered again at once, and the thread has failed.
 */
export type RetryDecision = number | 'dead-letter' | 'fail'

/** Decides after `attempts` deliveries of an item. */
export function decideRetry(role: Omit<ConsumeRole, 'kind'>, attempts: number): RetryDecision {
  const { retries, backoff, maxDeliveries, hasDeadLetters } = role
  const maxAttempts = Math.min(
    maxDeliveries || Number.POSITIVE_INFINITY,
    retries === undefined ? maxDeliveries || 1 : retries + 1,
  )
  if (attempts < maxAttempts) return backoff === 0 ? 0 : Math.min(backoff * 2 ** (attempts - 1), MAX_DELAY_MS)
  return hasDeadLetters ? 'dead-letter' : 'fail'
}

/** The same decision, as a queue records it for the thread that reclaims the item. */
export function recordedDelay(decision: RetryDecision): number {
  if (decision === 'dead-letter') return DEAD_LETTER_DELAY
  return decision === 'fail' ? 0 : decision
}

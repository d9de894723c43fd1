import type { ConsumeRole } from './messages.ts'

const LONGEST = 0x7fffffff

/**
 * What becomes of an item whose call failed: delivered again after so many ms; given up, or a failure of its
 * thread.
 */
export type Verdict = number | 'give up' | 'fail'

/** After `attempts` deliveries. */
export function verdictOf(role: ConsumeRole, attempts: number): Verdict {
  const { retries, backoff, maxDeliveries, hasDeadLetters } = role
  // Delivered `maxDeliveries` times, an item that is given back is given up.
  const most = Math.min(maxDeliveries || LONGEST, retries === undefined ? maxDeliveries || 1 : retries + 1)
  if (attempts < most) return backoff === 0 ? 0 : Math.min(backoff * 2 ** (attempts - 1), LONGEST)
  return hasDeadLetters ? 'give up' : 'fail'
}

import type { Kind } from '../support/queues.ts'
import { priorityOf } from './fixtures/priority.mjs'
import { findViolation } from './history-check.ts'
import { findDisorder } from './order-check.ts'
import { withPositions } from './positions.ts'
import type { Recording, TicketRecording } from './recording.ts'
import { findTicketViolation } from './ticket-check.ts'

/** The violation of a run by the public API, or undefined. */
export function judgeQueue(
  recording: Recording,
  { kind = 'fifo', capacity }: { readonly kind?: Kind; readonly capacity: number },
): string | undefined {
  const { history, consumers, producers } = recording
  const disorder = kind === 'fifo' ? findDisorder(consumers, producers.length) : undefined
  return findViolation(history, { kind, capacity, priorityOf }) ?? disorder
}

/**
 * The violation of a run of the core, or undefined. If the back end records tickets, they are compared with
 * the derived ones.
 */
export function judgeTickets(
  recording: TicketRecording,
  { capacity, start = 0 }: { readonly capacity: number; readonly start?: number },
): string | undefined {
  const { history, ringSize, failures } = recording
  const areNoted = history.some(({ ticket }) => ticket !== undefined)
  const noted = areNoted ? findTicketViolation(history, capacity) : undefined
  if (noted !== undefined) return noted
  const placed = withPositions(history, ringSize, start)
  if (typeof placed === 'string') return placed
  const derived = findTicketViolation(placed, capacity)
  if (derived !== undefined) return derived
  if (areNoted) {
    const tickets = new Map(history.map(({ invoked, ticket }) => [invoked, ticket]))
    if (placed.some(({ invoked, ticket }) => tickets.get(invoked) !== ticket)) {
      return 'the tickets noted and the positions derived differ'
    }
  }
  return findViolation(history, { kind: 'fifo', capacity }) ?? failures[0]
}

/** The number of operations during which one of another thread began or ended. */
export function overlapping({ history }: Recording): number {
  return history.filter(({ invoked, returned }) => returned - invoked > 1).length
}

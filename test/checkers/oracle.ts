import { randomNumbers } from '../support/random.mjs'
import { isLinearizable, MOST_OPERATIONS } from './brute-force.ts'
import { findViolation } from './history-check.ts'
import type { Operation, QueueModel } from './operation.ts'
import { MUTATIONS, randomHistory, wildHistory } from './random-histories.ts'
import { findTicketViolation } from './ticket-check.ts'

/** A check that is compared with the search of all orders. */
export interface Subject {
  readonly title: string
  readonly model: QueueModel
  /**
   * The check must refuse all that the search refuses. Otherwise it must only refuse nothing that the search
   * accepts.
   */
  readonly isExact: boolean
  /** The tickets of the histories are positions. */
  readonly byTickets: boolean
}

const unbounded = Number.POSITIVE_INFINITY

function subject(title: string, isExact: boolean, model: QueueModel): Subject {
  return { title, model, isExact, byTickets: false }
}

export const SUBJECTS: readonly Subject[] = [
  subject('FIFO without bound', true, { kind: 'fifo', capacity: unbounded }),
  subject('priorities without equals', true, {
    kind: 'priority',
    capacity: unbounded,
    priorityOf: (value) => (value * 5) % 13,
  }),
  ...[1, 2, 3].map((capacity) => subject(`FIFO of ${capacity}`, false, { kind: 'fifo', capacity })),
  subject('priorities with equals, of 2', false, {
    kind: 'priority',
    capacity: 2,
    priorityOf: (value) => value % 2,
  }),
  subject('LIFO of 3', false, { kind: 'lifo', capacity: 3 }),
  subject('LIFO without bound', false, { kind: 'lifo', capacity: unbounded }),
  ...[1, 2, 3, 100].map((capacity) => ({
    ...subject(`FIFO of ${capacity} by tickets`, true, { kind: 'fifo', capacity }),
    byTickets: true,
  })),
]

export interface Counts {
  /** Histories accepted or refused by the search. */
  accepted: number
  refused: number
  /** Histories refused by the search, and accepted by the check. */
  missed: number
}

/**
 * Compares the check and the search on runs of the queue, on the same runs broken in every way, and on random
 * histories. Returns the verdicts by the way in which a history was broken. @throws Error if they disagree
 * where they must not
 */
export function compareWithSearch(subject: Subject, histories: number, seed: number): Map<string, Counts> {
  const { model, isExact, byTickets } = subject
  const countsByKind = new Map<string, Counts>()
  for (let run = seed; run < seed + histories; run++) {
    for (const [how, history] of variants(model, run)) {
      const counts = countsByKind.get(how) ?? { accepted: 0, refused: 0, missed: 0 }
      countsByKind.set(how, counts)
      const violation = byTickets
        ? findTicketViolation(history, model.capacity)
        : findViolation(history, model)
      const isSound = isLinearizable(history, model, byTickets)
      if (isSound) counts.accepted++
      else counts.refused++
      if (violation === undefined && !isSound) counts.missed++
      if (violation !== undefined ? isSound : isExact && !isSound) {
        throw new Error(
          `${subject.title}, seed ${run}, ${how}: the search ${isSound ? 'accepts' : 'refuses'}, ` +
            `the check says ${violation ?? 'nothing'}\n${JSON.stringify(history)}`,
        )
      }
    }
  }
  return countsByKind
}

function* variants(model: QueueModel, seed: number): Generator<[string, readonly Operation[]]> {
  const random = randomNumbers(seed)
  const length = 4 + random(MOST_OPERATIONS - 4)
  const history = randomHistory(random, model, length)
  yield ['as it was', history]
  for (const [how, mutation] of Object.entries(MUTATIONS)) {
    const mutated = mutation(history, random)
    if (mutated !== undefined) yield [how, mutated]
  }
  yield ['at random', wildHistory(random, length)]
}

export function total(countsByKind: ReadonlyMap<string, Counts>): Counts {
  const sum = (key: keyof Counts) => [...countsByKind.values()].reduce((all, counts) => all + counts[key], 0)
  return { accepted: sum('accepted'), refused: sum('refused'), missed: sum('missed') }
}

import { DELAY_ONCE } from '../actors.ts'
import { clock, closer, guardian, joiner, producer, taker, UNTIL_END } from '../scenario.ts'
import { type Configuration, configuration, onlyDeep } from './configuration.ts'
import { allDelivered, ended, joined, mortal } from './ends.ts'

const delaying = taker(0, 1, { manner: DELAY_ONCE })
const untilEnd = taker(0, UNTIL_END, { manner: DELAY_ONCE })
const retrier = taker(0, 1, { manner: DELAY_ONCE, mortal: true })
const slept = [producer(0, 1), delaying, taker(1, 1, mortal), taker(2, 1), clock(), guardian(0)]
const shallow = { preemptions: 1, kills: 1 }

function of(kind: 'fifo' | 'priority'): Configuration[] {
  const sleeperDies = `${kind} delayed, a sleeper dies`
  const drained = `${kind} delayed, drained`
  const waitedFor = 'waited for at the end of the queue'
  const draining = {
    kind,
    threads: [producer(0, 1), closer(false), untilEnd, taker(1, UNTIL_END), clock()],
    end: ended(2),
  }
  const comes = 'the item comes though the thread that slept until then dies'
  return [
    configuration(`${kind} delayed, 1P1C`, 'delivered again by the one that retried it', {
      kind,
      threads: [producer(0, 1), taker(0, 2, { manner: DELAY_ONCE }), clock()],
      end: allDelivered(1),
    }),
    configuration(
      `${kind} delayed, 1P2C`,
      'comes to a sleeping thread, and one of them knows its time',
      { kind, maxsize: 2, threads: [producer(0, 2), delaying, taker(1, 2), clock()] },
      { preemptions: kind === 'fifo' ? 2 : 1 },
      2,
    ),
    configuration(
      `${kind} delayed, 1P3C`,
      'comes to a sleeping thread, and one of them knows its time',
      { kind, threads: [producer(0, 1), delaying, taker(1, 1), taker(2, 1), clock()] },
      { preemptions: 1 },
      2,
    ),
    configuration(
      `${kind} delayed, the retrier dies`,
      'the item comes though the thread that retried it dies',
      { kind, threads: [producer(0, 1), retrier, taker(1, 1), clock(), guardian(0)] },
      shallow,
      2,
    ),
    onlyDeep(sleeperDies, comes, { kind, threads: slept }, { preemptions: 2, kills: 1 }),
    kind === 'fifo'
      ? configuration(drained, waitedFor, draining, { preemptions: 0 }, 2)
      : onlyDeep(drained, waitedFor, draining, { preemptions: 2 }),
    configuration(
      `${kind} delayed, immediate`,
      'discarded at once, and the join released',
      { kind, threads: [producer(0, 1), closer(true), untilEnd, joiner(), clock()], end: joined },
      { preemptions: 1 },
      2,
    ),
  ]
}

export const DELAYED: readonly Configuration[] = [...of('fifo'), ...of('priority')]

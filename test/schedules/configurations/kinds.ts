import { ENDED, RETRY_ONCE } from '../actors.ts'
import { fail } from '../invariants.ts'
import { closer, type End, guardian, joiner, producer, taker, UNTIL_END } from '../scenario.ts'
import { ALL, type Configuration, configuration, onlyDeep } from './configuration.ts'
import { allDelivered, mortal } from './ends.ts'

const retrier = taker(0, 1, { manner: RETRY_ONCE })

function drained(end: End): void {
  const { accepted, settled } = end.item(1)
  if (accepted === 1 && settled === 0) fail('item 1 was accepted and never finished')
  if (end.count(ENDED) !== 1) fail('the taker never ends')
}

/** The heap takes more steps, so its large configurations are explored only in the deep run. */
const largeOf = (kind: 'lifo' | 'priority'): typeof configuration =>
  kind === 'lifo'
    ? configuration
    : (name, fact, scenario, bounds, deep) =>
        onlyDeep(name, fact, scenario, { ...bounds, preemptions: deep ?? ALL })

function of(kind: 'lifo' | 'priority'): Configuration[] {
  const pair = { kind, threads: [producer(0, 2), taker(0, 2)], end: allDelivered(1, 2) }
  return [
    configuration(`${kind} 1P1C, maxsize 1`, 'passes 2 items', { ...pair, maxsize: 1 }),
    configuration(`${kind} 1P1C, maxsize 2`, 'passes 2 items', { ...pair, maxsize: 2 }),
    configuration(
      `${kind} 2P1C`,
      'passes items of 2 producers to 1 consumer',
      {
        kind,
        maxsize: 2,
        threads: [producer(0, 1), producer(1, 1), taker(0, 2)],
        end: allDelivered(1, 17),
      },
      { preemptions: 2 },
      ALL,
    ),
    configuration(
      `${kind} 1P2C`,
      'passes items of 1 producer to 2 consumers',
      { kind, maxsize: 2, threads: [producer(0, 2), taker(0, 1), taker(1, 1)], end: allDelivered(1, 2) },
      { preemptions: 2 },
      3,
    ),
    configuration(
      `${kind} 2P1C, a producer dies`,
      'harms no other thread',
      {
        kind,
        maxsize: 2,
        threads: [producer(0, 1, mortal), producer(1, 1), taker(0, 2), guardian(0)],
      },
      { preemptions: 2, kills: 1 },
    ),
    largeOf(kind)(
      `${kind} 2P1C and a successor`,
      'the consumer dies and harms no other thread',
      {
        kind,
        maxsize: 2,
        threads: [producer(0, 1), producer(1, 1), taker(0, 2, mortal), taker(1, 2), guardian(0)],
      },
      { preemptions: 1, kills: 1 },
      2,
    ),
    configuration(
      `${kind} 1P2C, a consumer dies`,
      'what it held is delivered again',
      { kind, maxsize: 2, threads: [producer(0, 2), taker(0, 1, mortal), taker(1, 2), guardian(0)] },
      { preemptions: kind === 'lifo' ? 2 : 1, kills: 1 },
      2,
    ),
    configuration(
      `${kind} 1P2C, a retrier dies`,
      'what it held or requeued is delivered again',
      {
        kind,
        maxsize: 1,
        threads: [
          producer(0, 2),
          taker(0, 1, { manner: RETRY_ONCE, mortal: true }),
          taker(1, 2),
          guardian(0),
        ],
      },
      { preemptions: 1, kills: 1 },
      2,
    ),
    configuration(
      `${kind} retry, take, put`,
      'keeps its bound while items come back',
      { kind, maxsize: 1, threads: [producer(0, 2), retrier, taker(1, 1)] },
      { preemptions: 2 },
    ),
    configuration(`${kind} shutdown`, 'strands no item that was accepted', {
      kind,
      maxsize: 2,
      threads: [producer(0, 1), closer(false), taker(0, UNTIL_END)],
      end: drained,
    }),
    largeOf(kind)(
      `${kind} immediate, its caller dies`,
      'discards beside takes and retries, and releases the join',
      {
        kind,
        maxsize: 2,
        threads: [
          producer(0, 2),
          closer(true, true),
          taker(0, UNTIL_END, { manner: RETRY_ONCE }),
          joiner(),
          guardian(0),
        ],
      },
      { preemptions: 1, kills: 1 },
      2,
    ),
  ]
}

export const KINDS: readonly Configuration[] = [...of('lifo'), ...of('priority')]

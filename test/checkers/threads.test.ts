import { describe, expect, it } from 'vitest'
import { findViolation } from './history-check.ts'
import { judgeQueue, judgeTickets } from './judging.ts'
import type { Operation } from './operation.ts'
import { queueRuns, ticketRuns, titleOf } from './plan.ts'
import { type Recording, recordQueue, recordTickets } from './recording.ts'

const titled = <R extends Parameters<typeof titleOf>[0]>(runs: readonly R[]) =>
  runs.map((run) => [titleOf(run), run] as const)

function count({ history }: Recording, kind: Operation['kind']): number {
  return history.filter((operation) => operation.kind === kind).length
}

/** The numbers of puts and takes: all items were taken but those left in the queue. */
function expectWhole(
  recording: Recording,
  { capacity, operations }: { capacity: number; operations: number },
) {
  const puts = count(recording, 'put')
  expect(puts).toBeGreaterThanOrEqual(operations / 2)
  expect(count(recording, 'take')).toBe(puts - Math.min(capacity, 5))
}

describe('a history of real threads', () => {
  const fifo = queueRuns(5_000).filter(({ kind }) => kind === 'fifo')
  const others = queueRuns(3_500).filter(
    ({ kind, capacity, producers }) => kind !== 'fifo' && producers === 3 && capacity === 7,
  )
  it.each(titled([...fifo, ...others]))('is linearizable: %s', async (_title, run) => {
    const recording = await recordQueue(run)
    expect(judgeQueue(recording, run)).toBeUndefined()
    expectWhole(recording, run)
  })

  /**
   * Each capacity once for each back end: 1 and 2 as 2P2C on Atomics and as 3P3C on WebAssembly, the others
   * reversed.
   */
  const byTickets = ticketRuns(2_500).filter(
    ({ backEnd, capacity, producers }) => (capacity < 7 === (backEnd === 'Atomics')) === (producers === 2),
  )
  it.each(titled(byTickets))('is linearizable in the order of tickets: %s', async (_title, run) => {
    const recording = await recordTickets(run)
    expect(judgeTickets(recording, run)).toBeUndefined()
    expectWhole(recording, run)
  })
})

describe('a history of real threads with a queue that', () => {
  const common = { capacity: 64, producers: 2, consumers: 2, operations: 4000, forms: ['sync'] } as const
  const trying = { ...common, forms: ['try'] } as const
  it.each([
    ['swaps items', common, /^overtaken/],
    ['loses items', common, /^overtaken: .* never taken/],
    ['repeats items', common, /^taken twice/],
    // The queue is never empty if one consumer is slower than two producers, and seldom full in the reverse
    // case.
    ['answers empty without a look', { ...trying, consumers: 1 }, /^it was never empty/],
    ['answers full without a look', { ...trying, producers: 1 }, /^it was never full/],
  ] as const)('%s is refused', async (fault, run, violation) => {
    expect(judgeQueue(await recordQueue({ ...run, fault }), run)).toMatch(violation)
  })

  // Retries: on a busy machine only some threads run, and the queue may never be full at a moment that shows
  // the fault.
  it('holds more than its capacity is refused', { retry: 3 }, async () => {
    const run = { ...common, capacity: 7 }
    expect(judgeQueue(await recordQueue(run), { capacity: 6 })).toMatch(
      /^7 items were there .* capacity is 6/,
    )
  })

  it('exchanges by a store is refused', async () => {
    const run = { ...common, backEnd: 'Atomics', sabotage: 'exchange by store' } as const
    expect(judgeTickets(await recordTickets(run), run)).toMatch(/^one ticket for two/)
  })

  it('says it is empty behind a stalled put is refused, by both checks', async () => {
    const sabotage = 'empty behind a stalled put'
    const run = { ...common, operations: 16_000, backEnd: 'Atomics', sabotage } as const
    const recording = await recordTickets(run)
    expect(judgeTickets(recording, run)).toMatch(/^called after a later one had returned: empty/)
    expect(findViolation(recording.history, { kind: 'fifo', capacity: 64 })).toMatch(/^it was never empty/)
  })
})

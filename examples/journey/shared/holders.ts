import { setTimeout as sleep } from 'node:timers/promises'
import type { QueueStats } from '../../../src/index.ts'

const LOOKS = 5

type Measurable = { stats(): QueueStats }

/** Says which threads hold items of some queues, and which wait there: a line for each queue. */
export function holdersOf(...queues: Measurable[]): string {
  return queues.map(lineOf).join('\n')
}

function lineOf(queue: Measurable): string {
  const { name, queued, maxsize, unfinished, threads } = queue.stats()
  const holdersFirst = threads.toSorted((a, b) => b.held - a.held)
  const says = holdersFirst.flatMap(({ thread, held, waiting }) => {
    const parts = [...(held > 0 ? [`holds ${held}`] : []), ...waiting.map((side) => `waits to ${side}`)]
    return parts.length === 0 ? [] : [`${thread === 0 ? 'main' : `thread ${thread}`} ${parts.join(' and ')}`]
  })
  return `  ${name}: ${queued} of ${maxsize} queued, ${unfinished} unfinished; ${says.join(', ') || 'nobody waits'}`
}

/**
 * Resolves once `count` threads wait at the queues for `side` and `isSo`, at several looks in a row: a thread
 * may also wait for a moment only. Fails after 10 s.
 */
export async function untilWaiting(
  count: number,
  side: 'get' | 'put',
  queues: Measurable[],
  isSo = () => true,
): Promise<void> {
  const waiting = () =>
    queues.flatMap((queue) => queue.stats().threads.filter((thread) => thread.waiting.includes(side)))
  for (let tries = 0, inARow = 0; ; tries++) {
    inARow = waiting().length >= count && isSo() ? inARow + 1 : 0
    if (inARow === LOOKS) return
    if (tries === 1000) throw new Error(`${count} threads that wait to ${side}: not seen within 10 s`)
    await sleep(10)
  }
}

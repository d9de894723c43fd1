import { setTimeout as sleep } from 'node:timers/promises'
import type { QueuePlan } from './soaked-queue.ts'
import { type Soak, SUPERVISED, Workload } from './workload.ts'

const NUMBERS = 1 << 17
const MAX_LENGTH_MS = 12_000

/**
 * Makes a queue for some seconds, with a supervisor and threads of its own, then ends and checks all of them.
 */
export async function runShortLived(soak: Soak, threads: number, goesOn: () => boolean): Promise<void> {
  const { random, totals, job } = soak
  const plan = planOf(soak)
  const workload = new Workload(soak, `short-lived queue ${totals.shortLived}`, [plan], true)
  const [soakedQueue] = workload.soakedQueues as [(typeof workload.soakedQueues)[0]]
  const { shared, supervisor } = workload
  const slowly = random.once(3) ? 'Slowly' : ''
  supervisor.produce(soakedQueue.queue, {
    ...{ filename: SUPERVISED, name: `repeats${slowly}`, threads: plan.producers, resume: 'skip' },
    args: { shared, itemCounts: soakedQueue.itemCounts.shared },
  })
  supervisor.consume(soakedQueue.queue, {
    ...{ filename: SUPERVISED, name: `consumes${random.once(3) ? 'Slowly' : ''}`, threads: 1 },
    ...(plan.maxDeliveries !== undefined && random.once(2) ? { retries: random.below(3) } : {}),
    backoff: random.below(4),
    args: { shared, ...soakedQueue.forSupervised },
  })
  for (let bare = 0; bare < threads - plan.producers - 1; bare++) {
    workload.startBare(
      random.pick(['get', 'take', 'iterate', 'await', 'both']),
      [soakedQueue],
      random.once(2),
    )
  }
  const length = Math.min(job.periodMs, 1000 + random.below(MAX_LENGTH_MS))
  for (const end = performance.now() + length; goesOn() && performance.now() < end; ) {
    // The producers have used all their numbers.
    if (soakedQueue.queue.isShutDown) break
    await sleep(20)
  }
  workload.end()
  await workload.ended()
  const report = await supervisor.join({ timeout: job.deadlineMs })
  const stored = supervisor.stats().groups[0]?.members.map((member) => member.stored) ?? []
  if (report.groups[0]?.stored !== stored.reduce((sum, count) => sum + count, 0)) {
    throw new Error(
      `the report of short-lived queue ${totals.shortLived} differs from the counts of its members: ${JSON.stringify(report)}`,
    )
  }
  workload.settle([stored])
  await workload.close()
  totals.shortLived++
}

function planOf({ random, job, totals }: Soak): QueuePlan & { readonly producers: number } {
  const kind = random.pick(['fifo', 'lifo', 'priority'] as const)
  const dropsOldest = kind !== 'priority' && random.once(4)
  const hasLetters = !dropsOldest && random.once(2)
  return {
    name: `short-lived ${kind} ${totals.shortLived}`,
    kind,
    maxsize: random.pick([1, 3, 64, 1000]),
    isLong: random.once(2),
    dropsOldest,
    producers: 1 + random.below(2),
    numbers: NUMBERS,
    maxThreads: 2 * job.threads + 8,
    ...(hasLetters ? { maxDeliveries: 2 + random.below(4) } : {}),
    ...(kind === 'priority' && random.once(2) ? { ageing: 10 } : {}),
  }
}

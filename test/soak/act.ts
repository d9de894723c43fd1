import { setTimeout as sleep } from 'node:timers/promises'
import type { SitePlan } from './site.ts'
import { type Soak, Stage, SUPERVISED } from './stage.ts'

const NUMBERS = 1 << 17
const LONGEST = 12_000

/** Queues made for some seconds, with a supervisor and threads of their own, and all ended and checked after. */
export async function playAct(soak: Soak, threads: number, goesOn: () => boolean): Promise<void> {
  const { random, totals, job } = soak
  const plan = planOf(soak)
  const stage = new Stage(soak, `act ${totals.acts}`, [plan], true)
  const [site] = stage.sites as [(typeof stage.sites)[0]]
  const { shared, supervisor } = stage
  const slowly = random.once(3) ? 'Slowly' : ''
  supervisor.produce(site.queue, {
    ...{ filename: SUPERVISED, name: `repeats${slowly}`, threads: plan.producers, resume: 'skip' },
    args: { shared, books: site.books.shared },
  })
  supervisor.consume(site.queue, {
    ...{ filename: SUPERVISED, name: `consumes${random.once(3) ? 'Slowly' : ''}`, threads: 1 },
    ...(plan.maxDeliveries !== undefined && random.once(2) ? { retries: random.below(3) } : {}),
    backoff: random.below(4),
    args: { shared, ...site.forSupervised },
  })
  for (let bare = 0; bare < threads - plan.producers - 1; bare++) {
    stage.startBare(random.pick(['get', 'take', 'iterate', 'await', 'both']), [site], random.once(2))
  }
  const length = Math.min(job.epoch, 1000 + random.below(LONGEST))
  for (const end = performance.now() + length; goesOn() && performance.now() < end; ) {
    // The producers have come to the end of their numbers.
    if (site.queue.isShutDown) break
    await sleep(20)
  }
  stage.end()
  await stage.ended()
  const report = await supervisor.join({ timeout: job.maxSleepMs })
  const stored = supervisor.stats().groups[0]?.members.map((member) => member.stored) ?? []
  if (report.groups[0]?.stored !== stored.reduce((sum, count) => sum + count, 0)) {
    throw new Error(
      `the report of act ${totals.acts} counts other than its members: ${JSON.stringify(report)}`,
    )
  }
  stage.settle([stored])
  await stage.close()
  totals.acts++
}

function planOf({ random, job, totals }: Soak): SitePlan & { readonly producers: number } {
  const kind = random.pick(['fifo', 'lifo', 'priority'] as const)
  const dropsOldest = kind !== 'priority' && random.once(4)
  const hasLetters = !dropsOldest && random.once(2)
  return {
    name: `${kind} of act ${totals.acts}`,
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

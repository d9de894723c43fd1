import { until } from '../support/deadline.ts'
import type { SoakedQueue } from './soaked-queue.ts'
import { type Soak, SUPERVISED, Workload } from './workload.ts'

/**
 * The roles of the threads without a supervisor, in the order of their start; after the last the first
 * follows.
 */
const BARE: readonly (readonly [role: string, ...queues: string[]])[] = [
  ['put', 'narrow'],
  ['put', 'stack'],
  ['select', 'narrow', 'stack', 'wide'],
  ['take', 'stack'],
  ['iterate', 'narrow'],
  ['await', 'stack'],
  ['get', 'narrow'],
  ['put', 'narrow'],
  ['iterate', 'wide'],
  ['take', 'wide'],
]
/** The least number of such threads that fills and empties each queue. */
export const LEAST_BARE = 7
const NUMBERS = 1 << 20

/**
 * Three queues that live as long as the soak, so that leaks show. They are drained from time to time, and
 * their items are balanced.
 */
export class LongLived {
  readonly #soak: Soak
  readonly #workload: Workload
  readonly #wide: SoakedQueue
  readonly #producers: number

  /** `each` is the number of supervised threads of each group. */
  constructor(soak: Soak, each: number, bare: number) {
    const { job } = soak
    const common = { numbers: NUMBERS, maxThreads: 2 * job.threads + 8 }
    this.#soak = soak
    this.#producers = each
    const plans = [
      { ...common, name: 'narrow', kind: 'fifo', maxsize: 4, isNumber: true },
      { ...common, name: 'stack', kind: 'lifo', maxsize: 48, isLong: true, maxDeliveries: 4 },
      {
        ...common,
        name: 'wide',
        kind: 'priority',
        maxsize: 4096,
        ageing: 50,
        maxDeliveries: 5,
        producers: each,
      },
    ] as const
    this.#workload = new Workload(soak, 'the long-lived queues', plans, false)
    const [narrow, stack, wide] = this.#workload.soakedQueues as [SoakedQueue, SoakedQueue, SoakedQueue]
    this.#wide = wide
    const { supervisor, shared } = this.#workload
    const args = { shared, ...wide.forSupervised }
    supervisor.produce(wide.queue, {
      ...{ filename: SUPERVISED, name: 'numbers', threads: each, resume: 'manual' },
      args: { shared, itemCounts: wide.itemCounts.shared },
    })
    supervisor.consume(wide.queue, {
      filename: SUPERVISED,
      name: 'consumes',
      threads: each,
      backoff: 2,
      args,
    })
    supervisor.spawn({
      ...{ filename: SUPERVISED, name: 'works', threads: each },
      args: {
        shared,
        roles: ['both', 'select'],
        soakedQueues: [narrow, stack, wide].map((soakedQueue) => soakedQueue.forSupervised),
      },
    })
    for (let index = 0; index < bare; index++) {
      const [role, ...names] = BARE[index % BARE.length] as [string, ...string[]]
      const soakedQueues = this.#workload.soakedQueues.filter(({ name }) => names.includes(name))
      this.#workload.startBare(role, soakedQueues, index % 2 === 1)
    }
  }

  /** Runs one period. Resolves after its balance, when the next is open if the soak goes on. */
  async period(goesOn: () => boolean): Promise<void> {
    const { job, totals } = this.#soak
    const end = performance.now() + job.periodMs
    const isUsedUp = () => this.#workload.soakedQueues.some(({ itemCounts }) => itemCounts.isUsedUp())
    const isEnding = () => performance.now() > end || isUsedUp() || !goesOn()
    await until(isEnding, 'an period ends', job.periodMs + job.deadlineMs)
    if (job.sabotage === 'hold') await this.#wide.queue.get()
    await this.#workload.rest()
    this.#workload.settle([[], [], this.#stored()])
    totals.periods++
    if (goesOn()) this.#workload.open()
  }

  /** Ends the queues after the last period. */
  async close(): Promise<void> {
    this.#workload.end()
    for (const { queue } of this.#workload.soakedQueues) queue.shutdown()
    await this.#workload.ended()
    await this.#workload.close()
  }

  #stored(): number[] {
    const [producing] = this.#workload.supervisor.stats().groups
    const stored = producing?.members.map((member) => member.stored) ?? []
    if (stored.length !== this.#producers)
      throw new Error(`${stored.length} producers, not ${this.#producers}`)
    return stored
  }
}

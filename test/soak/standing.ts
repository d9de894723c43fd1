import { until } from '../support/deadline.ts'
import type { Site } from './site.ts'
import { type Soak, Stage, SUPERVISED } from './stage.ts'

/** The roles of the bare threads, in the order in which they are filled, and again from the start. */
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
/** So that each queue is filled and emptied. */
export const LEAST_BARE = 7
const NUMBERS = 1 << 20

/** Three queues that live as long as the soak: leaks show there. Now and then they are drained, and a balance is drawn. */
export class Standing {
  readonly #soak: Soak
  readonly #stage: Stage
  readonly #wide: Site
  readonly #producers: number

  /** `each`: supervised threads of each group. */
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
    this.#stage = new Stage(soak, 'standing', plans, false)
    const [narrow, stack, wide] = this.#stage.sites as [Site, Site, Site]
    this.#wide = wide
    const { supervisor, shared } = this.#stage
    const args = { shared, ...wide.forSupervised }
    supervisor.produce(wide.queue, {
      ...{ filename: SUPERVISED, name: 'numbers', threads: each, resume: 'manual' },
      args: { shared, books: wide.books.shared },
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
        sites: [narrow, stack, wide].map((site) => site.forSupervised),
      },
    })
    for (let index = 0; index < bare; index++) {
      const [role, ...names] = BARE[index % BARE.length] as [string, ...string[]]
      const sites = this.#stage.sites.filter(({ name }) => names.includes(name))
      this.#stage.startBare(role, sites, index % 2 === 1)
    }
  }

  /** One epoch: resolves when its balance is drawn, and the next is open if the soak goes on. */
  async epoch(goesOn: () => boolean): Promise<void> {
    const { job, totals } = this.#soak
    const end = performance.now() + job.epoch
    const isWorn = () => this.#stage.sites.some(({ books }) => books.isWorn())
    const isEnding = () => performance.now() > end || isWorn() || !goesOn()
    await until(isEnding, 'an epoch ends', job.epoch + job.maxSleepMs)
    if (job.sabotage === 'hold') await this.#wide.queue.get()
    await this.#stage.rest()
    this.#stage.settle([[], [], this.#stored()])
    totals.epochs++
    if (goesOn()) this.#stage.open()
  }

  /** After the last epoch. */
  async close(): Promise<void> {
    this.#stage.end()
    for (const { queue } of this.#stage.sites) queue.shutdown()
    await this.#stage.ended()
    await this.#stage.close()
  }

  #stored(): number[] {
    const [producing] = this.#stage.supervisor.stats().groups
    const stored = producing?.members.map((member) => member.stored) ?? []
    if (stored.length !== this.#producers)
      throw new Error(`${stored.length} producers, not ${this.#producers}`)
    return stored
  }
}

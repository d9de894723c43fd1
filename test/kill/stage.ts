import { threadId } from 'node:worker_threads'
import { GET, JOIN, MEMORY, PUT, WAITERS } from '../../src/core/layout.ts'
import type { Queue } from '../../src/index.ts'
import { dataOf } from '../../src/queue/handle.ts'
import { faultsOf } from '../core/cell-places.ts'
import { until } from '../support/deadline.ts'
import { Bystander } from './bystander.ts'
import type { Cell } from './cells.ts'
import { millrace } from './library.ts'
import type { Marks } from './marks.ts'

export interface Item {
  readonly number: number
  readonly body: string
}

const LONG = 'l'.repeat(30_000)
const SHORT = 'short'

/** One queue on which threads are killed one after another. It has room for no thread more than are alive. */
export class Stage {
  readonly queue: Queue<Item>
  readonly body: string
  readonly bystander: Bystander | undefined
  readonly #words: Int32Array
  readonly #geometry

  constructor(cell: Cell) {
    const guests = (cell.starter === 'knowing' ? 1 : 0) + (cell.role === 'asleep in get' ? 1 : 0)
    this.queue = new millrace.Queue<Item>({
      maxsize: 50,
      maxThreads: 1 + cell.victims + guests,
      maxInFlight: 8,
      maxItemBytes: 1 << 16,
      memoryBytes: 1 << 19,
    })
    this.body = cell.long ? LONG : SHORT
    const { memory, geometry } = dataOf(this.queue.handle)
    this.#words = new Int32Array(memory.buffer)
    this.#geometry = geometry
    this.bystander = cell.role === 'asleep in get' ? new Bystander(this.queue as Queue<never>) : undefined
  }

  item(number: number): Item {
    return { number, body: this.body }
  }

  /** Puts an item if there is room, as an item the main thread stored. */
  tryPut(number: number, marks: Marks): boolean {
    if (!this.queue.tryPut(this.item(number))) return false
    marks.note(number, marks.shared.ATTEMPTED | marks.shared.STORED)
    return true
  }

  /** True once a victim sleeps on `side`. */
  sleeps(side: 'get' | 'put' | 'memory' | 'join'): boolean {
    return this.queue
      .stats()
      .threads.some(
        ({ thread, waiting }) =>
          thread !== threadId && thread !== this.bystander?.threadId && waiting.includes(side),
      )
  }

  /** Resolves when nothing of the dead is left in the queue; rejects with what still is. */
  async isClean(): Promise<void> {
    const alive = this.bystander === undefined ? 1 : 2
    const rest = () => {
      const { queue } = this
      const stats = queue.stats()
      const waiters = [GET, PUT, MEMORY, JOIN].map((side) => this.#words[(side + WAITERS) >> 2])
      const faults: string[] = []
      if (stats.threads.length !== alive) faults.push(`${stats.threads.length} ledgers, ${alive} threads`)
      if (stats.held !== 0 || stats.unfinished !== 0)
        faults.push(`held ${stats.held}, unfinished ${stats.unfinished}`)
      if (stats.freeMemoryBytes !== stats.memoryBytes) {
        faults.push(`${stats.memoryBytes - stats.freeMemoryBytes} bytes of blocks are gone`)
      }
      if (waiters.join() !== `${alive - 1},0,0,0`) faults.push(`waiters counted: ${waiters}`)
      return [...faults, ...faultsOf(this.#words, this.#geometry)]
    }
    try {
      await until(() => rest().length === 0, 'nothing is left of the dead')
    } catch (error) {
      throw new Error(`after the death: ${rest().join('; ')}`, { cause: error })
    }
  }

  async close(): Promise<void> {
    await this.bystander?.stop()
    this.queue[Symbol.dispose]()
  }
}

import type { DeadLetter, PriorityQueueOptions, Queue } from '../../src/index.ts'
import { isClean } from '../kill/clean.ts'
import { millrace } from '../kill/library.ts'
import { type Balance, balanceOf, type Circumstances, faultsOf, lostOf } from './balance.ts'
import { ItemCounts } from './item-counts.ts'
import type { Totals } from './job.ts'

const CLASSES = { fifo: 'Queue', lifo: 'LifoQueue', priority: 'PriorityQueue' } as const

export interface QueuePlan {
  readonly name: string
  readonly kind: keyof typeof CLASSES
  readonly maxsize: number
  readonly isNumber?: boolean
  readonly isLong?: boolean
  readonly dropsOldest?: boolean
  /** Deliveries of an item before it is dead-lettered; absent: no limit, and no dead letters. */
  readonly maxDeliveries?: number
  readonly ageing?: number
  readonly producers?: number
  readonly numbers: number
  readonly maxThreads: number
}

/** One queue, the records of its items, and its dead letters, which the main thread reads. */
export class SoakedQueue {
  readonly name: string
  readonly queue: Queue<unknown>
  readonly itemCounts: ItemCounts
  readonly #letters: Queue<DeadLetter<unknown>> | undefined
  readonly #stop = new AbortController()
  readonly #period: () => number
  readonly #reading: Promise<void>
  #dropped = 0
  #missedWakes = 0

  /** `period` answers the present period. */
  constructor(plan: QueuePlan, period: () => number, fail: (error: unknown) => void) {
    const { name, kind, maxsize, maxThreads, numbers, maxDeliveries, ageing, producers = 0 } = plan
    const { isNumber = false, isLong = false, dropsOldest = false } = plan
    const { Queue, codecs } = millrace
    if (maxDeliveries !== undefined) {
      this.#letters = new Queue<DeadLetter<unknown>>({ name: `letters of ${name}`, maxsize: 16, maxThreads })
    }
    const options: PriorityQueueOptions<unknown> = {
      name,
      maxsize,
      maxThreads,
      maxInFlight: 8,
      ...(isNumber ? { codec: codecs.int32 as never } : { maxItemBytes: 1 << 16, memoryBytes: 1 << 18 }),
      ...(dropsOldest ? { whenFull: 'drop-oldest' as never } : {}),
      ...(maxDeliveries === undefined ? {} : { maxDeliveries, deadLetters: this.#letters }),
      ...(ageing === undefined ? {} : { ageing }),
    }
    this.name = name
    this.queue = new millrace[CLASSES[kind]]<unknown>(options)
    const hasLetters = this.#letters !== undefined
    this.itemCounts = new ItemCounts({ kind, isNumber, isLong, hasLetters, producers, numbers })
    this.#period = period
    this.#reading = this.#read()
    this.#reading.catch(fail)
  }

  /** The data of a Worker that attaches by itself. */
  get forBare() {
    return { handle: this.queue.handle, itemCounts: this.itemCounts.shared }
  }

  /** The data of a supervised function. */
  get forSupervised() {
    return { queue: this.queue, itemCounts: this.itemCounts.shared }
  }

  /** Resolves when all items are settled and all letters are read. */
  async drained(deadlineMs: number): Promise<void> {
    await this.queue.join({ timeout: deadlineMs })
    await this.#letters?.join({ timeout: deadlineMs })
  }

  /**
   * Ends a period with its balance, and opens the next. Returns the balance and its faults. `stored` is the
   * count of each producer so far.
   */
  settle(
    stored: readonly number[],
    more: Omit<Circumstances, 'dropped'>,
    totals: Totals,
  ): Balance & { faults: string[] } {
    this.itemCounts.close(stored)
    const stats = this.queue.stats()
    const circumstances = { ...more, dropped: stats.dropped - this.#dropped }
    const balance = balanceOf(this.itemCounts.notes())
    const { strange } = this.itemCounts
    const faults = faultsOf(balance, circumstances)
    if (strange > 0) faults.push(`${strange} items damaged, or of an period that was over`)
    this.#dropped = stats.dropped
    totals.items += balance.items
    totals.duplicates += balance.duplicates
    totals.lost += lostOf(balance, circumstances)
    totals.unexpected += balance.unexpected + strange
    totals.excess += balance.excess
    totals.letters += balance.letters
    totals.dropped += circumstances.dropped
    this.noteMissedWakes(totals)
    this.itemCounts.reopen()
    return { ...balance, faults: faults.map((fault) => `queue '${this.name}': ${fault}`) }
  }

  noteMissedWakes(totals: Totals): void {
    const { missedWakes = 0 } = this.queue.stats() as { missedWakes?: number }
    totals.missedWakes += missedWakes - this.#missedWakes
    this.#missedWakes = missedWakes
  }

  /** Checks, after the end of all its threads, that they left nothing and that the memory is intact. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#reading
    for (const queue of [this.queue, this.#letters]) {
      if (queue === undefined) continue
      await isClean(queue as Queue<unknown>, 1)
      queue[Symbol.dispose]()
    }
  }

  describe(): string {
    const letters = this.#letters === undefined ? '' : `\n  letters: ${JSON.stringify(this.#letters.stats())}`
    return `queue '${this.name}': ${JSON.stringify(this.queue.stats())}${letters}`
  }

  async #read(): Promise<void> {
    const letters = this.#letters
    if (letters === undefined) return
    try {
      for (;;) {
        const { item } = await letters.get({ signal: this.#stop.signal })
        this.itemCounts.letter(item, this.#period())
        letters.taskDone()
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'ABORT_ERR') throw error
    }
  }
}

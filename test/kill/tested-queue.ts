import { threadId } from 'node:worker_threads'
import type { DeadLetter, Queue } from '../../src/index.ts'
import type { Cell } from './cells.ts'
import { isClean } from './clean.ts'
import { millrace } from './library.ts'
import type { Marks } from './marks.ts'
import { SleepingConsumer } from './sleeping-consumer.ts'

export interface Item {
  readonly number: number
  readonly body: string
}

const LONG = 'l'.repeat(30_000)
const SHORT = 'short'

/** A queue at which threads are killed one after another. It has ledgers for the living threads only. */
export class TestedQueue {
  readonly queue: Queue<Item>
  readonly body: string
  /** The dead-letter queue of the victims. */
  readonly letters: Queue<DeadLetter<Item>> | undefined
  readonly sleeper: SleepingConsumer | undefined

  constructor(cell: Cell) {
    const others = (cell.starter === 'knowing' ? 1 : 0) + (cell.role === 'asleep in get' ? 1 : 0)
    const maxThreads = 1 + cell.victims + others
    this.letters = cell.role === 'hot fail' ? new millrace.Queue({ maxsize: 4, maxThreads }) : undefined
    this.queue = new millrace.Queue<Item>({
      maxsize: 50,
      maxThreads,
      deadLetters: this.letters,
      maxInFlight: 8,
      maxItemBytes: 1 << 16,
      memoryBytes: 1 << 19,
    })
    this.body = cell.long ? LONG : SHORT
    this.sleeper =
      cell.role === 'asleep in get' ? new SleepingConsumer(this.queue as Queue<never>) : undefined
  }

  item(number: number): Item {
    return { number, body: this.body }
  }

  /** Puts an item if there is room, and records it as stored. */
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
          thread !== threadId && thread !== this.sleeper?.threadId && waiting.includes(side),
      )
  }

  /** Resolves when the dead have left nothing in the queue; rejects with what is left. */
  async isClean(): Promise<void> {
    await isClean(this.queue, this.sleeper === undefined ? 1 : 2)
    if (this.letters !== undefined) await isClean(this.letters, 1)
  }

  async close(): Promise<void> {
    await this.sleeper?.stop()
    this.queue[Symbol.dispose]()
    this.letters?.[Symbol.dispose]()
  }
}

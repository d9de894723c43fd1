import type { QueueOptions } from '../../src/index.ts'
import { type ClassName, millrace } from './library.ts'
import type { Order } from './model.ts'

/** One kind of queue, with the facts that the behaviours need. A new kind is one more entry in KINDS. */
export interface Kind {
  /** The class, as the library exports it. */
  readonly name: ClassName
  readonly order: Order
  /** The largest maxsize that is accepted. */
  readonly maxMaxsize: number
  /** Items are numbers, or objects `{ number }` if an option `by` needs a property. */
  readonly items: 'numbers' | 'objects'
  /** Options of every queue of this kind. */
  readonly options: QueueOptions<unknown>
}

export interface Start {
  readonly name: string
  readonly position: number
}

/** Positions wrap at 2^31. Shared words hold them doubled, so these starts cross the sign (2^31) and 2^32. */
export const STARTS: readonly Start[] = [
  { name: '0', position: 0 },
  { name: 'just below 2^31', position: 2 ** 30 - 1 },
  { name: 'just below 2^32', position: 2 ** 31 - 1 },
]

export const KINDS: readonly Kind[] = [
  {
    name: 'Queue',
    order: 'fifo',
    maxMaxsize: 2 ** 30,
    items: 'numbers',
    options: { codec: millrace.codecs.int32 as never },
  },
  {
    name: 'LifoQueue',
    order: 'lifo',
    maxMaxsize: 2 ** 30,
    items: 'numbers',
    options: { codec: millrace.codecs.int32 as never },
  },
  {
    name: 'PriorityQueue',
    order: 'priority',
    maxMaxsize: 2 ** 20,
    items: 'objects',
    options: { by: 'number' } as QueueOptions<unknown>,
  },
]

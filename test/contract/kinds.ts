import type { QueueOptions } from '../../src/index.ts'
import { type AnyQueue, fifoAt, millrace } from './library.ts'
import type { Order } from './model.ts'

/** One kind of queue. What the behaviours need to know of it is here; a new kind is one more entry in KINDS. */
export interface Kind {
  /** The class, as the library exports it. */
  readonly name: string
  readonly order: Order
  /** The largest maxsize that is accepted. */
  readonly maxMaxsize: number
  /** Items carry a number: they are this number, or objects `{ number }` (where an option `by` needs a property). */
  readonly items: 'numbers' | 'objects'
  /** Options of every queue of this kind. */
  readonly options: QueueOptions<unknown>
  /** Where its counters may begin; one start means that they always begin there. */
  readonly starts: readonly Start[]
  make(options: QueueOptions<unknown>, start: Start): AnyQueue
}

export interface Start {
  readonly name: string
  readonly position: number
}

/** Positions wrap at 2^31. Their shared words hold them doubled, so these lie at 2^31, the sign, and at 2^32. */
const POSITIONS: readonly Start[] = [
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
    starts: POSITIONS,
    make: (options, { position }) => fifoAt(position, options),
  },
]

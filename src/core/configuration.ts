import type { Geometry } from './geometry.ts'

/** A number that the operations need about one queue. */
interface Setting {
  /** The variable in words/config.ts. */
  readonly name: string
  /** Its doc comment there, if the name does not say enough. */
  readonly comment?: string
  readonly of: (geometry: Geometry) => number
}

/**
 * The configuration of the operations. `npm run build:core` generates words/config.ts from this list, and
 * `configureCore` passes the values in its order.
 */
export const CONFIGURATION: readonly Setting[] = [
  { name: 'maxsize', of: ({ maxsize }) => maxsize },
  { name: 'ringMask', of: ({ ringSize }) => ringSize - 1 },
  { name: 'ringAt', of: ({ ringAt }) => ringAt },
  { name: 'slotBytes', of: ({ slotBytes }) => slotBytes },
  {
    name: 'valueBytes',
    comment: 'Length of every item, carried in the slots; 0: the slots carry cells.',
    of: ({ valueBytes }) => valueBytes,
  },
  {
    name: 'valueOffset',
    comment: 'Bytes from an entry to the value of its item, if slots carry values.',
    of: ({ valueOffset }) => valueOffset,
  },
  { name: 'cells', of: ({ cells }) => cells },
  { name: 'cellsAt', of: ({ cellsAt }) => cellsAt },
  { name: 'cellBytes', of: ({ cellBytes }) => cellBytes },
  {
    name: 'firstSpare',
    comment: 'Cells from this number on are spare cells.',
    of: ({ firstSpare }) => firstSpare,
  },
  { name: 'blocks', of: ({ blocks }) => blocks },
  { name: 'linksAt', of: ({ linksAt }) => linksAt },
  {
    name: 'maxDeliveries',
    comment: 'Deliveries of one item before it is dead-lettered; 0: no limit.',
    of: ({ maxDeliveries }) => maxDeliveries,
  },
  {
    name: 'hasDeadLetters',
    comment: '1: dead-lettered items wait for the dead-letter queue; 0: they count as finished.',
    of: ({ hasDeadLetters }) => (hasDeadLetters ? 1 : 0),
  },
  {
    name: 'heapSize',
    comment: 'Most nodes of the heap, below 2^21; 0: the queue has none.',
    of: ({ heapSize }) => heapSize,
  },
  { name: 'heapAt', of: ({ heapAt }) => heapAt },
  { name: 'keysAt', of: ({ keysAt }) => keysAt },
  { name: 'delayedSize', comment: 'Most delayed items, below 2^21.', of: ({ delayedSize }) => delayedSize },
  { name: 'delayedAt', of: ({ delayedAt }) => delayedAt },
]

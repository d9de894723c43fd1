import { LifoQueue, PriorityQueue, Queue, type QueueOptions } from '../../src/index.ts'
import { queueOf } from '../../src/queue/attach.ts'
import { createDescription } from '../../src/queue/attachment/description.ts'

export const KINDS = ['fifo', 'lifo', 'priority'] as const
export type Kind = (typeof KINDS)[number]
export const CLASSES = { fifo: Queue, lifo: LifoQueue, priority: PriorityQueue } as const

/**
 * A queue whose first position is `start`, 0 to 2^31 - 1. Positions wrap at 2^31; their words change sign at
 * 2^30.
 */
export function queueAt<T>(start: number, options?: QueueOptions<T>, kind: Kind = 'fifo'): Queue<T> {
  return queueOf(createDescription(options, kind, start))
}

import type { PriorityQueueOptions } from './options/index.ts'
import { KIND, Queue } from './queue.ts'

/**
 * A Queue whose item of the lowest priority comes out first (Python: `PriorityQueue`), equals in the order
 * they came. A priority is any finite number, from `by` or the put's `priority`; a put with NaN or Infinity
 * is a RangeError, and one with another type a TypeError. An item that comes back takes its old place.
 * @example
 *     const jobs = new PriorityQueue<{ urgency: number }>({ by: 'urgency' })
 *     await jobs.put({ urgency: 3 })
 *     await jobs.put({ urgency: 9 }, { priority: 0 })
 */
export class PriorityQueue<T> extends Queue<T> {
  /** @internal */
  static override readonly [KIND] = 'priority'

  /** @throws TypeError, RangeError for a wrong or unknown option */
  constructor(options?: PriorityQueueOptions<T>) {
    super(options)
  }
}

import { Origin } from './attachment/index.ts'
import type { QueueOptions } from './options/index.ts'
import { Queue } from './queue.ts'

/**
 * A Queue whose last item comes out first (Python: `LifoQueue`). What comes back is delivered again before
 * all others, in the order in which it came back.
 */
export class LifoQueue<T> extends Queue<T> {
  /** @throws TypeError, RangeError for a wrong option */
  constructor(options?: QueueOptions<T>) {
    super(Origin.of(options, 'lifo') as unknown as QueueOptions<T>)
  }
}

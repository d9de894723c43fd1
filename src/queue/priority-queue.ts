import { Origin } from './attachment/index.ts'
import type { PriorityOptions, PutResult, QueueOptions } from './options/index.ts'
import { Queue } from './queue.ts'

/** How a priority queue is made. Here maxsize is at most 2^20. */
export interface PriorityQueueOptions<T> extends QueueOptions<T> {
  /**
   * The item's property that holds its priority. An item without it, or whose is no number: TypeError at the
   * put.
   */
  by?: (keyof T & string) | undefined
  /**
   * One step of priority is gained by so many ms of waiting, from the call of put on; above 0. Default: none.
   */
  ageing?: number | undefined
}

/**
 * A Queue whose item of the lowest priority comes out first (Python: `PriorityQueue`), equals in the order
 * they came: any finite numbers, from `by` or the put's `priority`; a put with NaN or Infinity is a
 * RangeError. What comes back takes its old place.
 */
export class PriorityQueue<T> extends Queue<T> {
  /** @throws TypeError, RangeError for a wrong option */
  constructor(options?: PriorityQueueOptions<T>) {
    super(Origin.of(options, 'priority') as unknown as QueueOptions<T>)
  }

  /** As Queue's. @throws as Queue's; TypeError, RangeError for what is no finite priority */
  override put(item: T, options?: PriorityOptions): Promise<PutResult> {
    return super.put(item, options)
  }

  /** As Queue's. @throws as put */
  override putSync(item: T, options?: PriorityOptions): PutResult {
    return super.putSync(item, options)
  }

  /** As Queue's. @throws as put */
  override tryPut(item: T, options?: { priority?: number | undefined }): boolean {
    return this.tryPutRanked(item, options)
  }

  /** As Queue's, all with the same `priority` if one is given. */
  override putMany(items: Iterable<T>, options?: PriorityOptions): Promise<number> {
    return super.putMany(items, options)
  }

  /** As putMany, blocking this thread. */
  override putManySync(items: Iterable<T>, options?: PriorityOptions): number {
    return super.putManySync(items, options)
  }
}

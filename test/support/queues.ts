import { Queue, type QueueOptions } from '../../src/index.ts'
import { Origin } from '../../src/queue/origin.ts'

/** A queue whose first position is `start`, 0 to 2^31 - 1: positions wrap at 2^31, their words change sign at 2^30. */
export function queueAt<T>(start: number, options?: QueueOptions<T>): Queue<T> {
  return new Queue<T>(Origin.create(options, start) as unknown as QueueOptions<T>)
}

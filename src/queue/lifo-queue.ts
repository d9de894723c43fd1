import { KIND, Queue } from './queue.ts'

/**
 * A Queue whose last item comes out first (Python: `LifoQueue`). Items that come back are delivered again
 * before all others, in the order in which they came back.
 * @example
 *     const stack = new LifoQueue<number>()
 */
export class LifoQueue<T> extends Queue<T> {
  /** @internal */
  static override readonly [KIND] = 'lifo'
}

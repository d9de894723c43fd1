import { codecs, EMPTY, PriorityQueue } from '../../dist/src/index.js'
import { scattered } from './freight.mjs'
import { Sums, tally } from './tally.mjs'

/** Gets the first of `waiting` items and puts it back with another priority, again and again. */
export function pairs({ waiting, items }) {
  const queue = new PriorityQueue({ codec: codecs.int32, maxsize: waiting })
  let turn = 0
  for (let value = 0; value < waiting; value++) queue.tryPut(value, { priority: scattered(turn++) })
  return () => {
    const put = new Sums()
    const got = new Sums()
    for (let left = items; left > 0; left--) {
      const item = queue.tryGet()
      if (item === EMPTY) throw new Error('an item was lost')
      got.add(item)
      queue.taskDone()
      if (!queue.tryPut(item, { priority: scattered(turn++) })) throw new Error('put refused')
      put.add(item)
    }
    return tally(put, got)
  }
}

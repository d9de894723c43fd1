import { codecs, EMPTY, PriorityQueue } from '../../dist/src/index.js'
import { scattered } from './payloads.mjs'
import { Sums, totals } from './totals.mjs'

/** Repeatedly gets the first of `waiting` items and puts it back with another priority. */
export function pairs({ waiting, items }) {
  const queue = new PriorityQueue({ codec: codecs.int32, maxsize: waiting })
  let count = 0
  for (let value = 0; value < waiting; value++) queue.tryPut(value, { priority: scattered(count++) })
  return () => {
    const put = new Sums()
    const got = new Sums()
    for (let left = items; left > 0; left--) {
      const item = queue.tryGet()
      if (item === EMPTY) throw new Error('an item was lost')
      got.add(item)
      queue.taskDone()
      if (!queue.tryPut(item, { priority: scattered(count++) })) throw new Error('put refused')
      put.add(item)
    }
    return totals(put, got)
  }
}

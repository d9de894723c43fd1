import { attach } from '../../dist/src/index.js'
import { payloads, scattered } from './payloads.mjs'
import { Sums, totals } from './totals.mjs'

export function producer({ handle, payload, batch, share, first, isRanked }) {
  const queue = attach(handle)
  const { make } = payloads[payload]
  const putEach = (sums) => {
    for (let value = first; value < first + share; value++) {
      sums.add(value)
      queue.putSync(make(value))
    }
  }
  const putRanked = (sums) => {
    for (let value = first; value < first + share; value++) {
      sums.add(value)
      queue.putSync(make(value), { priority: scattered(value) })
    }
  }
  const numbers = new Int32Array(batch)
  const putNumbers = (sums) => {
    for (let value = first; value < first + share; ) {
      for (let index = 0; index < batch; index++, value++) {
        sums.add(value)
        numbers[index] = value
      }
      queue.putManySync(numbers)
    }
  }
  const putMany = (sums) => {
    for (let value = first; value < first + share; ) {
      const items = []
      for (; items.length < batch; value++) {
        sums.add(value)
        items.push(make(value))
      }
      queue.putManySync(items)
    }
  }
  const putOne = isRanked ? putRanked : putEach
  const putBatch = payload === 'int32' ? putNumbers : putMany
  return runs(batch === 1 ? putOne : putBatch, () => {})
}

export function consumer({ handle, payload, batch, share }) {
  const queue = attach(handle)
  const { read } = payloads[payload]
  const getEach = (sums) => {
    for (let left = share; left > 0; left--) {
      sums.add(read(queue.getSync()))
      queue.taskDone()
    }
  }
  const into = new Int32Array(batch)
  const getNumbers = (sums) => {
    for (let left = share; left > 0; ) {
      const count = queue.getManySync(Math.min(batch, left), { into })
      for (let index = 0; index < count; index++) sums.add(into[index])
      queue.taskDone(count)
      left -= count
    }
  }
  const getMany = (sums) => {
    for (let left = share; left > 0; ) {
      const items = queue.getManySync(Math.min(batch, left))
      for (const item of items) sums.add(read(item))
      queue.taskDone(items.length)
      left -= items.length
    }
  }
  const getBatch = payload === 'int32' ? getNumbers : getMany
  return runs(() => {}, batch === 1 ? getEach : getBatch)
}

function runs(puts, gets) {
  return () => {
    const put = new Sums()
    const got = new Sums()
    puts(put)
    gets(got)
    return totals(put, got)
  }
}

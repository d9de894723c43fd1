import { attach } from '../../dist/src/index.js'
import { Sums, totals } from './totals.mjs'

/** Items of one size: the first four bytes hold the item's number, all others are FILL. */
const FILL = 7

function sourceOf(bytes) {
  const item = new Uint8Array(bytes).fill(FILL)
  return (value) => {
    item[0] = value
    item[1] = value >>> 8
    item[2] = value >>> 16
    item[3] = value >>> 24
    return item
  }
}

/** The number of an item; NaN for one that has changed at its end. */
function read(item, bytes) {
  const isWhole = item.length === bytes && (bytes === 4 || item[bytes - 1] === FILL)
  return isWhole ? item[0] | (item[1] << 8) | (item[2] << 16) | (item[3] << 24) : Number.NaN
}

function producing({ bytes, items }, send) {
  const make = sourceOf(bytes)
  return () => {
    const sums = new Sums()
    for (let value = 0; value < items; value++) {
      sums.add(value)
      send(make(value))
    }
    return totals(sums, new Sums())
  }
}

export function queueProducer(data) {
  const queue = attach(data.handle)
  return producing(data, (item) => queue.putSync(item))
}

export function queueConsumer({ handle, bytes, items }) {
  const queue = attach(handle)
  return () => {
    const sums = new Sums()
    for (let left = items; left > 0; left--) {
      sums.add(read(queue.getSync(), bytes))
      queue.taskDone()
    }
    return totals(new Sums(), sums)
  }
}

export function messageProducer(data) {
  return producing(data, (item) => data.port.postMessage(item))
}

/** Each item is a new buffer, filled by one copy and given away. */
export function transferProducer(data) {
  return producing(data, (item) => {
    const fresh = item.slice()
    data.port.postMessage(fresh, [fresh.buffer])
  })
}

export function messageConsumer({ port, bytes, items }) {
  let sums = new Sums()
  let isOver = () => {}
  port.on('message', (item) => {
    sums.add(read(item, bytes))
    if (sums.count === items) isOver()
  })
  return () => {
    sums = new Sums()
    return new Promise((resolve) => {
      isOver = () => resolve(totals(new Sums(), sums))
    })
  }
}

/** One thread allocates each item and copies its bytes, and sends nothing. */
export function copier({ bytes, items }) {
  const make = sourceOf(bytes)
  return () => {
    const put = new Sums()
    const got = new Sums()
    for (let value = 0; value < items; value++) {
      put.add(value)
      got.add(read(make(value).slice(), bytes))
    }
    return totals(put, got)
  }
}

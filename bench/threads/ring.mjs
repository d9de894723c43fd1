import { RingBuffer } from 'ringbuf.js'
import { Sums, totals } from './totals.mjs'

/** A RingBuffer has no waits: where it is full, or empty, its thread asks again at once. */
export function producer({ memory, batch, share, first }) {
  const ring = new RingBuffer(memory, Int32Array)
  const numbers = new Int32Array(batch)
  return () => {
    const sums = new Sums()
    for (let value = first; value < first + share; ) {
      for (let index = 0; index < batch; index++, value++) {
        sums.add(value)
        numbers[index] = value
      }
      for (let pushed = 0; pushed < batch; ) pushed += ring.push(numbers, batch - pushed, pushed)
    }
    return totals(sums, new Sums())
  }
}

export function consumer({ memory, batch, share }) {
  const ring = new RingBuffer(memory, Int32Array)
  const into = new Int32Array(batch)
  return () => {
    const sums = new Sums()
    for (let left = share; left > 0; ) {
      const count = ring.pop(into, Math.min(batch, left))
      for (let index = 0; index < count; index++) sums.add(into[index])
      left -= count
    }
    return totals(new Sums(), sums)
  }
}

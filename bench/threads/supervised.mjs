import { Sums } from './totals.mjs'

/**
 * The functions that `produce` and `consume` run. Their threads live from the first round to the last. Shared
 * memory:
 *
 *   words  0  rounds begun, written by the bench    1  rounds ended, written by the consumer
 *   times  ns at which the last round began, and ended, by process.hrtime
 *   sums   count, sum and squares of the items put; then of the items got
 */
const BEGUN = 0
const ENDED = 1

export function* producer({ words, times, sums, items }) {
  for (let round = 0; ; round++) {
    Atomics.wait(words, BEGUN, round)
    const put = new Sums()
    times[0] = process.hrtime.bigint()
    for (let value = 0; value < items; value++) {
      put.add(value)
      yield value
    }
    sums.set([put.count, put.sum, put.squares], 0)
  }
}

let got = new Sums()

export function consumer(item, { args: { words, times, sums, items } }) {
  got.add(item)
  if (got.count < items) return
  times[1] = process.hrtime.bigint()
  sums.set([got.count, got.sum, got.squares], 3)
  got = new Sums()
  Atomics.add(words, ENDED, 1)
  Atomics.notify(words, ENDED)
}

/** Sums over the items that a thread put or got in a round. */
export class Sums {
  count = 0
  sum = 0
  squares = 0

  add(value) {
    this.count++
    this.sum += value
    this.squares = (this.squares + Math.imul(value, value)) | 0
  }
}

/** The answer of a worker to a round, made at once when it has received its last item. */
export function totals(put, got) {
  return { end: process.hrtime.bigint(), put: { ...put }, got: { ...got } }
}

/** Counts what a thread put or got in a round. */
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

/** A part's answer to its crew, at the moment its last item has been received. */
export function tally(put, got) {
  return { end: process.hrtime.bigint(), put: { ...put }, got: { ...got } }
}

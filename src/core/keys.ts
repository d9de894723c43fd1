import { KEY_HIGH, KEY_LOW } from './words/index.ts'

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)

/**
 * Writes `rank` as the two words of the key at byte offset `at`. Keys compare as signed numbers, the high
 * word first; that is the order of the ranks.
 */
export function writeKey(words: Int32Array, at: number, rank: number): void {
  // Makes -0 to 0: the bits of -0 would come before those of 0.
  double[0] = rank + 0
  let low = halves[0] as number
  let high = halves[1] as number
  if (high < 0) {
    high ^= 0x7fffffff
    low = ~low
  }
  words[(at + KEY_HIGH) >> 2] = high
  words[(at + KEY_LOW) >> 2] = low ^ 0x80000000
}

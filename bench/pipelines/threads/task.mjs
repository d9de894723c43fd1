/** The task of every contender: an integer loop of so many turns. */

/** Keeps the loop from being compiled away. */
let last = 1

/** Calculates for `turns` turns, each of which needs the one before. */
export function spin(turns) {
  let value = last
  for (let turn = 0; turn < turns; turn++) value = (Math.imul(value, 1664525) + 1013904223) | 0
  last = value
}

/** The function that is called with each item; its argument may hold more than this reads. */
export function work({ index, turns }) {
  spin(turns)
  return index
}

/** A second step, for pipelines. */
export function isOdd(index) {
  return index % 2 === 1
}

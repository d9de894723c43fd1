import { DROPPED, ENDED, JOINED } from '../actors.ts'
import { fail } from '../invariants.ts'
import type { End } from '../scenario.ts'

/** Checks at an end, beside those that always hold. */

export const mortal = { mortal: true }

/** If no thread died, every item was finished once, and delivered once more than it came back. */
export function allDelivered(...items: number[]) {
  return (end: End) => {
    if (end.deaths > 0) return
    for (const id of items) {
      const { delivered, settled, returned } = end.item(id)
      if (delivered !== 1 + returned || settled !== 1)
        fail(`item ${id}: delivered ${delivered} times, finished ${settled} times`)
    }
  }
}

/** Every dead-lettered item was posted, or waits to be moved. */
export function posted(...items: number[]) {
  return (end: End) => {
    let waiting = 0
    for (const id of items) {
      const { givenUp, posted } = end.item(id)
      if (givenUp > 0 && posted === 0) waiting++
    }
    if (waiting > end.unfinished) fail(`${waiting} items were dead-lettered and are nowhere`)
    if (waiting > 0 && end.deaths === 0) fail(`${waiting} items were dead-lettered and never moved`)
  }
}

/** Every accepted item is finished, if a taker is left to the end. */
export function noneStranded(...items: number[]) {
  return (end: End) => {
    for (const id of items) {
      const { accepted, settled } = end.item(id)
      if (accepted === 1 && settled === 0) fail(`item ${id} was accepted and never finished`)
    }
  }
}

/** Nothing is left, although threads died. */
export function drained(end: End): void {
  if (end.unfinished > 0) fail('an item is stranded')
}

export function ended(takers: number) {
  return (end: End) => {
    if (end.count(ENDED) < takers) fail('a taker never ends')
    if (end.unfinished > 0) fail('an item is stranded')
  }
}

export function joined(end: End): void {
  if (end.count(JOINED) !== 1) fail('the join sleeps on')
}

/** Each accepted item is in the queue, or was finished or dropped once; at least `drops` were dropped. */
export function accountsFor(items: readonly number[], drops = 0) {
  return (end: End) => {
    if (end.deaths > 0) return
    let left = end.unfinished
    for (const id of items) {
      const { accepted, settled } = end.item(id)
      left += settled - accepted
    }
    if (left !== 0) fail(`${left} items more than were accepted are finished, dropped or there`)
    if (end.count(DROPPED) < drops) fail(`${end.count(DROPPED)} items were dropped, not ${drops}`)
  }
}

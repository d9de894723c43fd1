import { cellBytes, cells, cellsAt, keysAt, linksAt, ringAt, ringMask, slotBytes } from './config.ts'
import { imul } from './memory.ts'
import { KEY_BYTES, LINK_BYTES, POSITION, SHUT, SLOT_BYTES } from './offsets.ts'

/**
 * Addresses, from numbers that have been checked or masked, and the arithmetic of TAIL, HEAD and SEQUENCE.
 * Those words wrap at 32 bits.
 */

/** The slot of the position in `word`: TAIL or HEAD, with or without its flag. */
export function slotAt(word: i32): i32 {
  return ringAt + imul((word >>> 1) & ringMask, slotBytes)
}

/** The slot number `index` of a deque, counted round the end. */
export function dequeSlotAt(index: i32): i32 {
  return ringAt + (index & ringMask) * SLOT_BYTES
}

export function cellAt(cell: i32): i32 {
  return cellsAt + imul(cell, cellBytes)
}

/** The key of the item in `cell`, of a priority queue. */
export function keyAt(cell: i32): i32 {
  return keysAt + cell * KEY_BYTES
}

export function linkAt(block: i32): i32 {
  return linksAt + block * LINK_BYTES
}

/** TAIL or HEAD one position on, with the flag it has. */
export function nextPosition(word: i32): i32 {
  return word + POSITION
}

/** TAIL as it was `count` positions before; `tail` has no flag. */
export function positionBefore(tail: i32, count: i32): i32 {
  return (tail - count * POSITION) | 0
}

/** SEQUENCE of a slot that is full, for the take at `position` (a TAIL or HEAD without flag). */
export function fullMark(position: i32): i32 {
  return position | 1
}

/** SEQUENCE of the slot of `position` after its take: empty, for the put one lap on. */
export function emptiedMark(position: i32): i32 {
  return position + (ringMask + 1) * POSITION
}

/** Positions from the head to the tail. The flags of the two words do not matter. */
export function depth(tail: i32, head: i32): i32 {
  return (((tail & ~SHUT) - (head & ~SHUT)) | 0) >> 1
}

/**
 * 1 if `cell` is a cell's number, else 0. Cell numbers come from shared memory, so each operation checks them
 * before its first store.
 */
export function isCell(cell: i32): i32 {
  return cell >= 0 && cell < cells ? 1 : 0
}

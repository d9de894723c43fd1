import { cellBytes, cells, cellsAt, keysAt, linksAt, ringAt, ringMask } from './config.ts'
import { imul } from './memory.ts'
import { KEY_BYTES, LINK_BYTES, SHUT, SLOT_BYTES } from './offsets.ts'

/** Where things lie, from numbers that have been checked or masked. */

export function slotAt(word: i32): i32 {
  return ringAt + ((word >>> 1) & ringMask) * SLOT_BYTES
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

/** Positions from the head to the tail, whatever their flags. */
export function depth(tail: i32, head: i32): i32 {
  return (((tail & ~SHUT) - (head & ~SHUT)) | 0) >> 1
}

/**
 * 1 if `cell` is a cell's number. Numbers come from shared memory: an operation asks before its first store.
 */
export function isCell(cell: i32): i32 {
  return cell >= 0 && cell < cells ? 1 : 0
}

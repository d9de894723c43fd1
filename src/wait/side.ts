import {
  ASYNC_BIT,
  ASYNC_WAITER,
  BLOCKED_BIT,
  BLOCKED_WAITER,
  END_BIT,
  GET,
  JOIN,
  LINE_BYTES,
  MEMORY,
  PUT,
  SELECT_GET_BIT,
} from '../core/index.ts'

export { ASYNC_WAITER, BLOCKED_WAITER, END_BIT }

/** The condition that a thread waits for, as the byte offset of the side's words. */
export type Side = number

export const SIDES: readonly Side[] = [GET, PUT, MEMORY, JOIN]

/** The bit of WAITS for a thread blocked on `side`. */
export function blockedBit(side: Side): number {
  return BLOCKED_BIT << ((side - GET) / LINE_BYTES)
}

/** The bit of WAITS for a thread that waits asynchronously on `side`. */
export function asyncBit(side: Side): number {
  return ASYNC_BIT << ((side - GET) / LINE_BYTES)
}

/** The bits of WAITS for all kinds of wait on `side`. */
export function waitBits(side: Side): number {
  return blockedBit(side) | asyncBit(side) | (side === GET ? SELECT_GET_BIT : 0)
}

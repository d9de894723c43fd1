import { ASYNC_WAITER, GET, JOIN, LINE_BYTES, MEMORY, PUT } from '../core/index.ts'

/** What a thread can wait for: the byte offset of the side's words. */
export type Side = number

export const SIDES: readonly Side[] = [GET, PUT, MEMORY, JOIN]

export const BLOCKED_WAITER = 1
export { ASYNC_WAITER }

/** The bits of WAITS of a thread that waits on `side`, in whatever way. */
export function waitBits(side: Side): number {
  return blockedBit(side) | asyncBit(side) | (side === GET ? SELECT_GET_BIT : 0)
}

/** The bit of WAITS for a blocked thread, and for asynchronous waits. */
export function blockedBit(side: Side): number {
  return 1 << ((side - GET) / LINE_BYTES)
}

export function asyncBit(side: Side): number {
  return 16 << ((side - GET) / LINE_BYTES)
}

/** The bits of WAITS for a thread blocked in a select: as a waiter of GET, and on SELECT. */
export const SELECT_GET_BIT = 512
export const SELECT_BIT = 1024

/**
 * The bit of WAITS for a thread at the end of a shut-down queue: it counts on JOIN besides, and sleeps on
 * GET.
 */
export const END_BIT = 256

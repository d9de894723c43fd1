import { ASYNC_WAITER, GET, JOIN, LINE_BYTES, MEMORY, PUT } from '../core/layout.ts'

/** What a thread can wait for: the byte offset of the side's words. */
export type Side = number

export const SIDES: readonly Side[] = [GET, PUT, MEMORY, JOIN]

export const BLOCKED_WAITER = 1
export { ASYNC_WAITER }

/** The bit of WAITS for a blocked thread, and for asynchronous waits. */
export function blockedBit(side: Side): number {
  return 1 << ((side - GET) / LINE_BYTES)
}

export function asyncBit(side: Side): number {
  return 16 << ((side - GET) / LINE_BYTES)
}

/** The bit of WAITS for a thread at the end of a shut-down queue: it counts on JOIN besides, and sleeps on GET. */
export const END_BIT = 256

import { clock } from '../clock.ts'

/** Calls that put or get several items have this in common. */

/** How much is left of `ms`, counted from now. */
export function countdown(ms: number): () => number {
  if (ms === Number.POSITIVE_INFINITY) return () => ms
  const deadline = clock.now() + ms
  return () => Math.max(0, deadline - clock.now())
}

/** `error` with further properties. */
export function carrying(error: unknown, extra: object): unknown {
  return error instanceof Error ? Object.assign(error, extra) : error
}

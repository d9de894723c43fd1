import { clearInterval, setInterval } from '../timers.ts'

const LONGEST_INTERVAL_MS = 0x7fffffff

let references = 0
let timer: NodeJS.Timeout | undefined

/**
 * Keeps the event loop alive until `unref` was called as often as `ref`. A pending `Atomics.waitAsync` does
 * not (nodejs/node#61941).
 */
export function ref(): void {
  if (references++ === 0) timer = setInterval(() => {}, LONGEST_INTERVAL_MS)
}

export function unref(): void {
  if (--references === 0) clearInterval(timer)
}

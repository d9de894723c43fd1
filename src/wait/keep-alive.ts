import { clearInterval, setInterval } from '../timers.ts'

let holders = 0
let timer: NodeJS.Timeout | undefined

/**
 * Keeps the event loop alive while a wait is pending: a pending `Atomics.waitAsync` does not
 * (nodejs/node#61941).
 */
export function ref(): void {
  if (holders++ === 0) timer = setInterval(() => {}, 0x7fffffff)
}

export function unref(): void {
  if (--holders === 0) clearInterval(timer)
}

/** Replaces src/timers.ts in tests that mock the global timers, since the library holds Node's own. */
export const setTimeout = (...args: Parameters<typeof globalThis.setTimeout>) =>
  globalThis.setTimeout(...args)
export const clearTimeout = (timer?: NodeJS.Timeout) => globalThis.clearTimeout(timer)
export const setInterval = (...args: Parameters<typeof globalThis.setInterval>) =>
  globalThis.setInterval(...args)
export const clearInterval = (timer?: NodeJS.Timeout) => globalThis.clearInterval(timer)
export const { queueMicrotask, setImmediate } = globalThis
export const { nextTick } = process

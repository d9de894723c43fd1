import * as timers from 'node:timers'

/**
 * Node's own timers, whatever clock a test puts in their place (node:test, vitest, jest, sinon): a timer that
 * one clock has set cannot be cleared by another. Held from the start, since such a clock may also be put
 * into the module.
 */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers
export const { queueMicrotask } = globalThis
export const nextTick: typeof process.nextTick = process.nextTick

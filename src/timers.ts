import * as timers from 'node:timers'

/**
 * Node's own timers, also while a test mocks them (node:test, vitest, jest, sinon): a timer of one clock
 * cannot be cleared by another. They are kept from the start, because a test may mock the module as well.
 */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers
export const { queueMicrotask } = globalThis
export const nextTick: typeof process.nextTick = process.nextTick

import { setTimeout as sleep } from 'node:timers/promises'

const HOUR = 3_600_000

export async function* quiet() {
  await sleep(HOUR)
  yield 'late'
}
export async function pass(item, thread) {
  await thread.args.out.put(item)
}
export function passAll({ from, out }) {
  for (const item of from) out.putSync(item)
}
export function* passOn({ from }) {
  for (const item of from) yield item
}
export const fail = () => {
  throw new Error('cannot do it')
}

export async function* generator(_, thread) {
  try {
    yield 'first'
    await sleep(HOUR, undefined, { signal: thread.signal })
  } finally {
    thread.log('closed')
  }
}
export async function* polling() {
  for (;;) {
    yield 'polled'
    await sleep(HOUR)
  }
}
export async function promise() {
  await sleep(HOUR)
  return 'never'
}
/** A source that is no generator and cannot be closed. */
export const unclosable = () => ({
  [Symbol.asyncIterator]: () => ({ next: () => sleep(HOUR), return: () => sleep(HOUR) }),
})

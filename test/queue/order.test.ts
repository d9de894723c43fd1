import { describe, expect, it } from 'vitest'
import { codecs, LifoQueue, PriorityQueue, type Queue } from '../../src/index.ts'
import { randomNumbers } from '../support/random.mjs'
import { other } from '../support/users.ts'

const SETTINGS = { codec: codecs.int32, ack: 'auto' } as const

/** Shuts the queue down, and lets one consumer, another thread, empty it. */
async function consumed(queue: Queue<number>): Promise<number[]> {
  queue.shutdown()
  const there = await other(queue)
  const items: number[] = []
  while (queue.size > 0) items.push(...(await there.call('getManySync', 1000)))
  return items
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)

/** A random finite double of any size. One in four comes from a few that repeat. */
function randomDoubles(count: number, seed: number): number[] {
  const random = randomNumbers(seed)
  const few = [0, -0, 1, -1, 0.1, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE]
  const bits = new DataView(new ArrayBuffer(8))
  const double = () => {
    bits.setUint32(0, random(2 ** 32))
    bits.setUint32(4, random(2 ** 32))
    return bits.getFloat64(0)
  }
  return Array.from({ length: count }, () => {
    if (random(4) === 0) return few[random(few.length)] as number
    let number = double()
    while (!Number.isFinite(number)) number = double()
    return number
  })
}

describe('one consumer of a filled queue', () => {
  it.each([1, 7, 1024])('gets the newest of %i items first from a LIFO queue', async (maxsize) => {
    const queue = new LifoQueue<number>({ ...SETTINGS, maxsize })
    for (const number of numbers(maxsize)) expect(queue.tryPut(number)).toBe(true)
    expect([queue.full, await consumed(queue)]).toEqual([true, numbers(maxsize).reverse()])
  })

  it.each([1, 7, 1024])('gets %i items by priority, equals as they came', async (maxsize) => {
    const queue = new PriorityQueue<number>({ ...SETTINGS, maxsize })
    const random = randomNumbers(maxsize)
    const priorities = numbers(maxsize).map(() => random(50) - 25)
    for (const [number, priority] of priorities.entries()) {
      expect(queue.tryPut(number, { priority })).toBe(true)
    }
    expect([queue.full, await consumed(queue)]).toEqual([true, sorted(priorities)])
  })

  it('gets 100,000 random doubles sorted, equal ones in the order they came, with -0 and 0 among them', async () => {
    const priorities = randomDoubles(100_000, 1)
    const queue = new PriorityQueue<number>({ ...SETTINGS, maxsize: priorities.length })
    for (const [number, priority] of priorities.entries()) queue.putSync(number, { priority })
    const items = await consumed(queue)
    // toEqual would be slow to compare two long lists.
    const expected = sorted(priorities)
    expect(items.findIndex((item, at) => item !== expected[at])).toBe(-1)
    expect(items.length).toBe(priorities.length)
  })
})

/** The indices of `priorities` in the order in which they are due. */
function sorted(priorities: readonly number[]): number[] {
  const rank = (number: number) => priorities[number] as number
  return numbers(priorities.length).sort((a, b) => compare(rank(a), rank(b)) || a - b)
}

/** Compares without a difference, which may overflow. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

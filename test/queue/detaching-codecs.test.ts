import { describe, expect, it } from 'vitest'
import { type Codec, Queue, select } from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { faultsOf } from '../core/cell-places.ts'
import { within } from '../support/deadline.ts'

/** A thread may detach from a queue inside the queue's codec: by a getter, a toJSON, its own codec. */

const detached = expect.objectContaining({ name: 'DetachedError', code: 'ERR_DETACHED' })

type Row = [string, (queue: Queue<number>) => Promise<unknown>]

/** A queue from which the thread detaches when 13 is encoded, or decoded. */
function site(on: 'encode' | 'decode', ack: 'manual' | 'auto' = 'manual') {
  const detach = (when: string, item: number) => {
    if (on === when && item === 13) queue[Symbol.dispose]()
  }
  const codec: Codec<number> = {
    name: 'detaching',
    byteLength: 1,
    encode(item, into) {
      detach('encode', item)
      if (into.length > 0) into[0] = item
      return 1
    },
    decode([item = 0]) {
      detach('decode', item)
      return item
    },
  }
  const queue: Queue<number> = new Queue<number>({ codec, ack })
  return { queue, memory: internalsOf(queue).shared }
}

describe('a put whose codec detaches the thread', () => {
  it.each([
    ['put', (queue) => queue.put(13)],
    ['put with a timeout', (queue) => queue.put(13, { timeout: 1000 })],
    ['putSync', async (queue) => queue.putSync(13)],
    ['putSync with a timeout', async (queue) => queue.putSync(13, { timeout: 0 })],
    ['tryPut', async (queue) => queue.tryPut(13)],
    ['putMany', (queue) => queue.putMany([1, 13, 2])],
    ['putMany of an iterator', (queue) => queue.putMany([13, 1, 2].values())],
    ['putManySync', async (queue) => queue.putManySync([1, 13, 2])],
    ['the put of a producer', async (queue) => internalsOf(queue).sink.putWithin(13, 0)],
  ] as Row[])('fails, and stores nothing of it: %s', async (_, put) => {
    const { queue, memory } = site('encode')
    await expect(within(put(queue), 'the put')).rejects.toThrow(detached)
    expect(queue.stats()).toMatchObject({ size: 0, unfinished: 0, threads: [] })
    expect(faultsOf(memory.words, memory.geometry)).toEqual([])
  })
})

describe.each(['manual', 'auto'] as const)("a get whose codec detaches the thread, with ack '%s'", (ack) => {
  it.each([
    ['get', (queue) => queue.get()],
    ['getSync', async (queue) => queue.getSync()],
    ['tryGet', async (queue) => queue.tryGet()],
    ['getMany', (queue) => queue.getMany(3)],
    ['getMany with a linger', (queue) => queue.getMany(3, { linger: 0 })],
    ['getManySync', async (queue) => queue.getManySync(3)],
    ['take', (queue) => queue.take()],
    ['takeSync', async (queue) => queue.takeSync()],
    ['takeMany', (queue) => queue.takeMany(3)],
    ['takeManySync', async (queue) => queue.takeManySync(3)],
    ['select', (queue) => select({ queue })],
  ] as Row[])('fails, and the items are delivered again: %s', async (_, get) => {
    for (const items of [[13], [13, 1], [1, 13, 2], [1, 2, 13]]) {
      const { queue, memory } = site('decode', ack)
      queue.putManySync(items)
      const outcome = within(Promise.allSettled([repeat(queue, get, items)]), 'the gets')
      expect(await outcome).toMatchObject([{ reason: { code: 'ERR_DETACHED' } }])
      for (const again of [() => queue.tryGet(), () => queue.getManySync(2), () => queue.takeManySync(2)]) {
        expect(again).toThrow(detached)
      }
      // All that were not handed over and finished are there.
      const { unfinished, held, size } = queue.stats()
      expect([held, size]).toEqual([0, unfinished])
      expect(unfinished).toBeGreaterThan(0)
      expect(faultsOf(memory.words, memory.geometry)).toEqual([])
    }
  })
})

it('a loop whose codec detaches the thread ends', async () => {
  const { queue } = site('decode')
  await queue.putMany([1, 13, 2])
  const seen: number[] = []
  const loop = async () => {
    for await (const item of queue) seen.push(item)
  }
  await within(loop(), 'the loop')
  // The loop had asked for the item after 1, so 1 is finished.
  expect([seen, queue.stats()]).toMatchObject([[1], { size: 2, held: 0, unfinished: 2 }])
})

/** Calls as often as it takes to come to each item. */
async function repeat(queue: Queue<number>, call: Row[1], items: readonly number[]): Promise<void> {
  for (const _ of items) await call(queue)
}

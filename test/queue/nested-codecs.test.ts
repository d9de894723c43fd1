import { describe, expect, it } from 'vitest'
import { type Codec, Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'

/** A codec of a user may use the queue whose item it decodes. */

interface Row {
  readonly by: string
  /** Uses the queue; returns the items that it got. */
  readonly use: (queue: Queue<number>) => number[]
}

const TABLE: readonly Row[] = [
  { by: 'tryGet', use: (queue) => [queue.tryGet() as number] },
  { by: 'getMany', use: (queue) => queue.getManySync(3, { timeout: 0 }) },
  {
    by: 'takeMany',
    use: (queue) => {
      const batch = queue.takeManySync(3, { timeout: 0 })
      batch.done()
      return batch.items
    },
  },
  {
    by: 'a delivery that is retried',
    use: (queue) => {
      queue.takeSync({ timeout: 0 }).retry()
      return []
    },
  },
  {
    by: 'putMany',
    use: (queue) => {
      queue.putManySync([40, 41, 42])
      return []
    },
  },
]

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const ascending = (items: number[]) => items.sort((a, b) => a - b)

describe.each(TABLE)('while an item is decoded, $by', ({ use }) => {
  it.each(['getMany', 'takeMany', 'get'] as const)('disturbs no %s', async (method) => {
    for (const at of [0, 1, 5, 7]) {
      const got: number[] = []
      let isNested = false
      const codec: Codec<number> = {
        name: 'nested',
        byteLength: 1,
        encode(item, into) {
          if (into.length > 0) into[0] = item
          return 1
        },
        decode([item = 0]) {
          if (item === at && !isNested) {
            isNested = true
            got.push(...use(queue))
          }
          return item
        },
      }
      const queue: Queue<number> = new Queue<number>({ codec })
      await queue.putMany(upTo(20))
      const nested = got.length
      if (method === 'get') got.push(await queue.get())
      else if (method === 'getMany') got.push(...(await queue.getMany(8)))
      else {
        const batch = await within(queue.takeMany(8), 'the batch')
        got.push(...batch.items)
        batch.done()
      }
      expect(nested).toBe(0)
      while (queue.size > 0) got.push(...queue.getManySync(8))
      const more = queue.stats().threads[0]?.stored === 23 ? [40, 41, 42] : []
      expect(ascending(got)).toEqual([...upTo(20), ...more])
      const { held } = queue.stats()
      if (held > 0) queue.taskDone(held)
      expect(queue.stats()).toMatchObject({ held: 0, unfinished: 0, dropped: 0 })
    }
  })
})

it('taskDone of several, while an item is decoded, finishes those that were got before', async () => {
  let before = 0
  const codec: Codec<number> = {
    name: 'finishing',
    byteLength: 1,
    encode(item, into) {
      if (into.length > 0) into[0] = item
      return 1
    },
    decode([item = 0]) {
      if (item === 6) {
        queue.taskDone(4)
        before = queue.stats().held
      }
      return item
    },
  }
  const queue: Queue<number> = new Queue<number>({ codec })
  await queue.putMany(upTo(12))
  expect(await queue.getMany(4)).toEqual([0, 1, 2, 3])
  expect(await queue.getMany(8)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
  expect([before, queue.unfinished]).toEqual([8, 8])
  queue.taskDone(8)
  expect(queue.unfinished).toBe(0)
})

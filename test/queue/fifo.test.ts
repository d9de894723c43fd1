import { describe, expect, it } from 'vitest'
import { codecs, EMPTY, Queue } from '../../src/index.ts'
import { queueAt } from '../support/queues.ts'
import { other } from '../support/users.ts'

const capacities = Array.from({ length: 16 }, (_, index) => index + 1).concat(64)

describe('a queue', () => {
  it.each(capacities)(
    'of maxsize %i holds that many, hands them out in order and is as new after',
    (maxsize) => {
      const queue = new Queue<number>({ maxsize, codec: codecs.int32 })
      for (let lap = 0; lap < 5; lap++) {
        for (let index = 0; index < maxsize; index++) expect(queue.tryPut(lap * 100 + index)).toBe(true)
        expect(queue.tryPut(-1)).toBe(false)
        expect([queue.size, queue.full, queue.empty]).toEqual([maxsize, true, false])
        for (let index = 0; index < maxsize; index++) {
          expect(queue.tryGet()).toBe(lap * 100 + index)
          queue.taskDone()
        }
        expect(queue.tryGet()).toBe(EMPTY)
        expect([queue.size, queue.full, queue.empty, queue.unfinished]).toEqual([0, false, true, 0])
      }
    },
  )

  it.each([1, 2, 3, 5, 64])('of maxsize %i keeps order when puts and gets take turns', (maxsize) => {
    const queue = new Queue<number>({ maxsize, codec: codecs.int32 })
    let put = 0
    let got = 0
    for (let turn = 0; turn < 500; turn++) {
      for (let room = 1 + (turn % maxsize); room > 0 && queue.tryPut(put); room--) put++
      for (let wanted = 1 + ((turn * 7) % maxsize); wanted > 0 && !queue.empty; wanted--) {
        expect(queue.tryGet()).toBe(got++)
        queue.taskDone()
      }
      expect(queue.size).toBe(put - got)
    }
  })

  const wraps = [2 ** 30, 2 ** 31]
  const befores = [1, 2, 3, 5, 64]
  const starts = wraps.flatMap((wrap) => befores.map((before) => [wrap, before] as const))
  it.each(starts)('is the same across position %i, begun %i before it', async (wrap, before) => {
    for (const maxsize of [1, 2, 3, 5, 64]) {
      const queue = queueAt<number>(wrap - before, { maxsize, codec: codecs.int32, ack: 'auto' })
      expect([queue.size, queue.unfinished, queue.tryGet()]).toEqual([0, 0, EMPTY])
      for (let number = 0; number < 200; ) {
        const first = number
        while (queue.tryPut(number)) number++
        expect([queue.size, queue.unfinished]).toEqual([maxsize, maxsize])
        for (let expected = first; expected < number; expected++) expect(queue.tryGet()).toBe(expected)
        expect([queue.size, queue.unfinished, queue.tryGet()]).toEqual([0, 0, EMPTY])
      }
      await queue.join({ timeout: 0 })
      queue.shutdown()
      expect(() => queue.tryGet()).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN' }))
    }
  })

  it.each(wraps)('discards at once across position %i', (wrap) => {
    const queue = queueAt<number>(wrap - 2, { maxsize: 5, codec: codecs.int32 })
    for (let number = 0; number < 5; number++) queue.tryPut(number)
    queue.tryGet()
    queue.shutdown({ immediate: true })
    expect([queue.size, queue.unfinished]).toEqual([0, 1])
    queue.taskDone()
    expect(queue.unfinished).toBe(0)
  })

  it('carries undefined, null, 0, the empty string and NaN as items', async () => {
    const items = [undefined, null, 0, '', Number.NaN, -0, false]
    const queue = new Queue<unknown>()
    for (const item of items) expect(queue.tryPut(item)).toBe(true)
    for (const item of items) expect(queue.tryGet()).toBe(item)
    for (const item of items) await queue.put(item)
    for (const item of items) expect(await queue.get()).toBe(item)
    const there = await other(queue)
    for (const item of items) queue.putSync(item)
    for (const item of items) expect(await there.call('getSync')).toBe(item)
  })

  it('answers EMPTY, which is no item, when there is no item', () => {
    const queue = new Queue()
    expect(typeof EMPTY).toBe('symbol')
    expect(queue.tryGet()).toBe(EMPTY)
    queue.tryPut(undefined)
    expect(queue.tryGet()).toBe(undefined)
    expect(queue.tryGet()).toBe(EMPTY)
  })

  it('reports its size, room and name', () => {
    const queue = new Queue({ maxsize: 2, name: 'pages' })
    expect([queue.name, queue.maxsize, queue.isShutDown]).toEqual(['pages', 2, false])
    queue.tryPut(1)
    expect([queue.size, queue.empty, queue.full]).toEqual([1, false, false])
    queue.tryPut(2)
    expect([queue.size, queue.empty, queue.full]).toEqual([2, false, true])
    expect(queue.stats()).toMatchObject({
      name: 'pages',
      maxsize: 2,
      size: 2,
      queued: 2,
      unfinished: 2,
      held: 0,
    })
    queue.shutdown()
    expect(queue.isShutDown).toBe(true)
  })
})

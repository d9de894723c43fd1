import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../src/core/geometry.ts'
import { ledgerAt } from '../../src/core/geometry.ts'
import { CHAIN, ENTRIES, LENGTH, RETURNED_FIRST, SLOT_CELL, TAIL } from '../../src/core/layout.ts'
import { codecs, EMPTY, MillraceError, Queue, type QueueOptions } from '../../src/index.ts'
import { randomNumbers } from '../support/random.ts'

const corrupt = expect.objectContaining({ name: 'QueueCorruptError', code: 'ERR_QUEUE_CORRUPT' })

/** The queue's shared words, and where its regions lie. */
function inside(queue: Queue<never> | Queue<string>): { words: Int32Array; geometry: Geometry } {
  const { memory, geometry } = queue.handle as unknown as { memory: WebAssembly.Memory; geometry: Geometry }
  return { words: new Int32Array(memory.buffer), geometry }
}

const strings = (options?: QueueOptions<string>) =>
  new Queue<string>({
    codec: codecs.string,
    maxsize: 4,
    maxThreads: 2,
    maxInFlight: 4,
    name: 'pages',
    ...options,
  })

describe('a damaged word', () => {
  it.each([-1, 2 ** 30, 0x7fffffff])(
    '%i for a slot’s cell is told as QueueCorruptError, which names the queue',
    (value) => {
      const queue = strings()
      queue.tryPut('a')
      const { words, geometry } = inside(queue)
      words[(geometry.ringAt + SLOT_CELL) >> 2] = value
      expect(() => queue.tryGet()).toThrow(corrupt)
      expect(() => queue.tryGet()).toThrow(/'pages'/)
    },
  )

  it('for the staged cell is told by put', async () => {
    const queue = strings()
    const { words, geometry } = inside(queue)
    words[(ledgerAt(geometry, 0) + ENTRIES) >> 2] = -5
    await expect(queue.put('a')).rejects.toThrow(corrupt)
    expect(() => queue.tryPut('a')).toThrow(corrupt)
    expect(queue.size).toBe(0)
  })

  it.each([-1, 129, 0x7fffffff])('%i for an item’s length is told by get', async (value) => {
    const queue = strings()
    queue.tryPut('a')
    const { words, geometry } = inside(queue)
    const cell = words[(geometry.ringAt + SLOT_CELL) >> 2] as number
    words[(geometry.cellsAt + cell * geometry.cellBytes + LENGTH) >> 2] = value
    expect(() => queue.tryGet()).toThrow(corrupt)
  })

  it.each([-7, 0x7fffffff])('%i for a long item’s first block is told by get', async (value) => {
    const queue = strings()
    queue.tryPut('a'.repeat(5000))
    const { words, geometry } = inside(queue)
    const cell = words[(geometry.ringAt + SLOT_CELL) >> 2] as number
    words[(geometry.cellsAt + cell * geometry.cellBytes + CHAIN) >> 2] = value
    expect(() => queue.tryGet()).toThrow(corrupt)
  })

  it.each([-7, 0x7fffffff])('%i at the head of the returned items is told by get', async (value) => {
    const queue = strings()
    queue.tryPut('a')
    ;(await queue.take()).retry()
    inside(queue).words[RETURNED_FIRST >> 2] = value
    expect(() => queue.tryGet()).toThrow(corrupt)
  })

  it('for a position ends in QueueCorruptError after 10 s, not in a wait without end', () => {
    const queue = strings()
    queue.tryPut('a')
    queue.tryGet()
    const { words } = inside(queue)
    words[TAIL >> 2] = (words[TAIL >> 2] as number) + 1000
    expect(() => queue.tryGet()).toThrow(corrupt)
  })
})

describe('random damage to the cells', () => {
  it('yields items, EMPTY or this library’s errors: never another error, never a hang', () => {
    const seed = Number(process.env.MILLRACE_SEED ?? 20_241)
    const random = randomNumbers(seed)
    for (let round = 0; round < 300; round++) {
      const queue = strings({ memoryBytes: 65536, maxItemBytes: 8192 })
      for (let count = 0; count < 4; count++) queue.tryPut('x'.repeat(random(300)))
      const { words, geometry } = inside(queue)
      const from = geometry.cellsAt >> 2
      const until = (geometry.cellsAt + geometry.cells * geometry.cellBytes) >> 2
      for (let count = 0; count < 20; count++) words[from + random(until - from)] = random(2 ** 32) | 0
      for (let count = 0; count < 4; count++) {
        try {
          const item = queue.tryGet()
          if (item !== EMPTY) queue.taskDone()
        } catch (error) {
          expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(MillraceError)
        }
      }
    }
  })
})

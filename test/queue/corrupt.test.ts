import { describe, expect, it } from 'vitest'
import { spanOf } from '../../src/codec/index.ts'
import type { Geometry } from '../../src/core/geometry.ts'
import { ledgerAt } from '../../src/core/geometry.ts'
import {
  CHAIN,
  DEAD_LETTERED_FIRST,
  DEAD_LETTERED_LAST,
  ENTRIES,
  ENTRY_BYTES,
  LEDGERS_USED,
  LENGTH,
  LOCK,
  NEXT,
  RETURNED_FIRST,
  SLOT_CELL,
  SPARE_FIRST,
  TAIL,
} from '../../src/core/words/offsets.ts'
import {
  attach,
  codecs,
  type DeadLetter,
  EMPTY,
  LifoQueue,
  MillraceError,
  Queue,
  type QueueOptions,
} from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { errorOf, snapshotOf } from '../../src/queue/recovery/error-snapshot.ts'
import { addFailure, readRecord } from '../../src/queue/recovery/failure-history.ts'
import { randomNumbers } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'

const corrupt = expect.objectContaining({ name: 'QueueCorruptError', code: 'ERR_QUEUE_CORRUPT' })

/** The shared words of the queue, and the addresses of its regions. */
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

  it('for the outgoing cell is reported by put', async () => {
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

  it('for a position ends in QueueCorruptError on the main thread, not in a wait without end', () => {
    const queue = strings()
    queue.tryPut('a')
    queue.tryGet()
    const { words } = inside(queue)
    words[TAIL >> 2] = (words[TAIL >> 2] as number) + 1000
    expect(() => queue.tryGet()).toThrow(corrupt)
  })
})

describe('a count of ledgers that is wrong', () => {
  it.each([-1, 3, 2 ** 30, 0x7fffffff])('%i is no more than there are', async (value) => {
    const queue = strings()
    queue.tryPut('a')
    inside(queue).words[LEDGERS_USED >> 2] = value
    expect(queue.stats()).toMatchObject({ queued: 1, unfinished: 1, threads: [{ stored: 1 }] })
    expect(queue.tryGet()).toBe('a')
    queue.taskDone()
    await queue.join({ timeout: 1000 })
    queue[Symbol.dispose]()
  })
})

describe('a list that runs in a circle', () => {
  const circle = (queue: Queue<string>, list: number) => {
    const { words, geometry } = inside(queue)
    const cell = (words[list >> 2] as number) - 1
    words[(geometry.cellsAt + cell * geometry.cellBytes + NEXT) >> 2] = cell + 1
  }

  it('ends an immediate shutdown with QueueCorruptError when it has returned items', async () => {
    const queue = strings()
    queue.tryPut('a')
    ;(await queue.take()).retry()
    circle(queue, RETURNED_FIRST)
    expect(() => queue.shutdown({ immediate: true })).toThrow(corrupt)
  })

  it('is followed once round at most when it has dead-lettered items, although the dead letters never fill', async () => {
    const letters = new Queue<DeadLetter<string>>({ maxsize: 1, whenFull: 'drop-oldest' })
    const queue = strings({ deadLetters: letters })
    const { words, geometry } = inside(queue)
    words[(geometry.cellsAt + NEXT) >> 2] = 1
    for (const list of [DEAD_LETTERED_FIRST, DEAD_LETTERED_LAST, SPARE_FIRST]) words[list >> 2] = 1
    await expect(queue.join({ timeout: 0 })).rejects.toThrow(/unfinished/)
    // The first is still there.
    expect(letters.stats().dropped).toBe(geometry.cells - 1)
  })

  it('is freed once round at most when it has the blocks of a long item', () => {
    const queue = strings({ maxItemBytes: 65_536, memoryBytes: 65_536 })
    queue.tryPut('a'.repeat(5000))
    queue.tryPut('b'.repeat(5000))
    expect(queue.tryGet()).toHaveLength(5000)
    queue.taskDone()
    const { words, geometry } = inside(queue)
    for (let block = 0; block < geometry.blocks; block++) words[(geometry.linksAt >> 2) + block] = block + 1
    queue.tryGet()
    queue.taskDone()
    expect(queue.tryPut('c')).toBe(true)
  })

  it('by a position far away ends an immediate shutdown with QueueCorruptError', () => {
    const queue = new LifoQueue<string>({ codec: codecs.string, maxsize: 4 })
    const { words } = inside(queue)
    words[TAIL >> 2] = (words[TAIL >> 2] as number) + 2 ** 29
    expect(() => queue.shutdown({ immediate: true })).toThrow(corrupt)
  })
})

describe('an invalid number of a cell', () => {
  it('is reported by retry with an error, which would be stored beside the cell', async () => {
    const queue = strings({ maxDeliveries: 3 })
    queue.tryPut('a')
    const delivery = await queue.take()
    const { words, geometry } = inside(queue)
    for (let entry = 1; entry <= 4; entry++) {
      words[(ledgerAt(geometry, 0) + ENTRIES + entry * ENTRY_BYTES) >> 2] = -77
    }
    expect(() => delivery.retry({ error: new Error('again') })).toThrow(corrupt)
  })
})

describe('a lock that is never released', () => {
  const locked = () => {
    const queue = new LifoQueue<string>({ codec: codecs.string, maxsize: 4 })
    return { queue, lock: () => (inside(queue).words[LOCK >> 2] = 1) }
  }

  it('rejects all waiting calls at the first check, not each after its own', async () => {
    const { queue, lock } = locked()
    const waiting = Array.from({ length: 20 }, () => queue.get().catch((error: unknown) => error))
    const { words } = inside(queue)
    lock()
    words[TAIL >> 2] = (words[TAIL >> 2] as number) + 2
    expect(() => queue.tryGet()).toThrow(corrupt)
    const errors = await Promise.all(waiting)
    expect(errors[0]).toEqual(corrupt)
    expect(new Set(errors).size).toBe(1)
  })

  it('ends a detaching with QueueCorruptError, and the thread is detached', async () => {
    const { queue, lock } = locked()
    queue.tryPut('a')
    await queue.take()
    const { handle } = queue
    lock()
    expect(() => queue[Symbol.dispose]()).toThrow(corrupt)
    await expect(queue.put('b')).rejects.toThrow(/detached/)
    const again = attach(handle)
    expect(again === queue).toBe(false)
    expect(again.stats().size).toBe(0)
    expect(() => again[Symbol.dispose]()).not.toThrow()
  })
})

describe('a damaged failure history', () => {
  it('yields strings, and takes further failures', () => {
    const span = spanOf(new ArrayBuffer(512))
    const record = { at: 0, bytes: 512 }
    addFailure(span, record, snapshotOf(new Error('x'.repeat(300))), 1)
    const text = span.bytes.toString('latin1')
    span.bytes.write('[7,{"a":["', text.indexOf('['))
    span.bytes.write('"]},5]', text.lastIndexOf(']') - 5)
    for (let count = 0; count < 3; count++)
      addFailure(span, record, snapshotOf(new Error('y'.repeat(300))), 1)
    for (const failure of readRecord(span, record)) {
      const error = errorOf(failure.error)
      expect([typeof error.name, typeof error.message, typeof (error.code ?? '')]).toEqual([
        'string',
        'string',
        'string',
      ])
    }
  })
})

describe('random damage to the cells', () => {
  it('yields items, EMPTY or this library’s errors: never another error, never a hang', () => {
    const seed = seedOfRun(20_241)
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

it('shows the items of a thread as far as they are known', () => {
  const queue = strings({ ack: 'manual' })
  for (const item of ['one', 'two']) queue.tryPut(item)
  expect([queue.tryGet(), queue.tryGet()]).toEqual(['one', 'two'])
  const { words, geometry } = inside(queue)
  const entry = ledgerAt(geometry, 0) + ENTRIES + ENTRY_BYTES
  const held = internalsOf(queue).describeHeld(0)
  expect(held.split(', ').sort()).toEqual(["'one'", "'two'"])
  words[entry >> 2] = 0x7ffffff
  expect(internalsOf(queue).describeHeld(0)).toContain('an item that cannot be decoded')
})

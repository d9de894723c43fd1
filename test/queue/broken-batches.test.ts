import { describe, expect, it } from 'vitest'
import { SLOT_BYTES, SLOT_CELL } from '../../src/core/words/offsets.ts'
import { type Codec, codecs, Queue, type QueueOptions } from '../../src/index.ts'
import { internalsOf } from '../../src/queue/index.ts'
import { within } from '../support/deadline.ts'
import { other, waits } from '../support/users.ts'

const ACKS = ['manual', 'auto'] as const
const LONG = 10_000

interface Site {
  readonly queue: Queue<number>
  readonly controller: AbortController
}

/** A codec that decodes all numbers but 13. */
const choosy: Codec<number> = {
  name: 'choosy',
  encode: (item, bytes) => {
    bytes[0] = item
    return 1
  },
  decode: ([item = 0]) => {
    if (item === 13) throw new Error('unlucky')
    return item
  },
}

function site(options?: QueueOptions<number>): Site {
  return { queue: new Queue<number>({ codec: choosy, ...options }), controller: new AbortController() }
}

function damageNextItem(queue: Queue<number>, place: number): void {
  const { words, geometry } = internalsOf(queue).shared
  words[(geometry.ringAt + place * SLOT_BYTES + SLOT_CELL) >> 2] = -1
}

interface Row {
  /** Interrupts the batch. */
  readonly by: string
  /** `got` is the number of items that the batch has so far. */
  readonly breakOff: (site: Site, got: number) => void
  /** The error with which it rejects before its first item. */
  readonly code: string
  /** The outcome of a batch that has 1: it resolves with that, or rejects, with that as `items`. */
  readonly manual: 'returns' | 'rejects'
  readonly auto: 'returns' | 'rejects'
}

/** Checks that no item is lost, or held without the knowledge of the caller. */
const TABLE: readonly Row[] = [
  {
    by: 'a shutdown',
    breakOff: ({ queue }) => queue.shutdown(),
    code: 'ERR_QUEUE_SHUT_DOWN',
    manual: 'returns',
    auto: 'returns',
  },
  {
    by: 'an immediate shutdown',
    breakOff: ({ queue }) => queue.shutdown({ immediate: true }),
    code: 'ERR_QUEUE_SHUT_DOWN',
    manual: 'returns',
    auto: 'returns',
  },
  {
    by: 'an abort',
    breakOff: ({ controller }) => controller.abort(),
    code: 'ABORT_ERR',
    manual: 'returns',
    auto: 'returns',
  },
  {
    by: 'an abort with a reason of its own',
    breakOff: ({ controller }) => controller.abort('enough'),
    code: 'ABORT_ERR',
    manual: 'returns',
    auto: 'returns',
  },
  {
    // With 'manual' the items got are delivered again, so the caller does not hold them any more.
    by: 'detaching',
    breakOff: ({ queue }) => queue[Symbol.dispose](),
    code: 'ERR_DETACHED',
    manual: 'rejects',
    auto: 'returns',
  },
  {
    by: 'an item that cannot be decoded',
    breakOff: ({ queue }) => queue.tryPut(13),
    code: 'ERR_CODEC',
    manual: 'rejects',
    auto: 'rejects',
  },
  {
    by: 'a damaged queue',
    breakOff: ({ queue }, got) => {
      queue.tryPut(2)
      damageNextItem(queue, got)
    },
    code: 'ERR_QUEUE_CORRUPT',
    manual: 'rejects',
    auto: 'rejects',
  },
]

/** The outcome of a promise. */
// biome-ignore lint/suspicious/noExplicitAny: whatever was thrown
async function outcome(promise: Promise<unknown>): Promise<any> {
  const settled = promise.then(
    (value) => ({ value }),
    ({ code, items }) => ({ code, items }),
  )
  return within(settled, 'the batch')
}

describe.each(TABLE)('a batch that is broken off by $by', ({ breakOff, code, ...after }) => {
  it('before its first item rejects with the reason, and holds nothing', async () => {
    const place = site({ name: 'shelf' })
    const batch = place.queue.getMany(3, { linger: LONG, signal: place.controller.signal })
    await waits(place.queue, 'get', 0)
    breakOff(place, 0)
    expect(await outcome(batch)).toEqual({ code, items: undefined })
    expect(internalsOf(place.queue).held).toBe(0)
  })

  it.each(ACKS)(`after it, with ack '%s', hides nothing of what it has`, async (ack) => {
    const place = site({ ack })
    const { queue } = place
    queue.tryPut(1)
    const batch = queue.getMany(3, { linger: LONG, signal: place.controller.signal })
    await waits(queue, 'get', 0)
    breakOff(place, 1)
    expect(await outcome(batch)).toEqual(after[ack] === 'returns' ? { value: [1] } : { code, items: [1] })
    if (internalsOf(queue).isDetached) {
      expect(queue.size).toBe(ack === 'manual' ? 1 : 0)
      return
    }
    expect(internalsOf(queue).held).toBe(ack === 'manual' ? 1 : 0)
    if (ack === 'manual') queue.taskDone()
    expect(internalsOf(queue).held).toBe(0)
  })
})

describe('a batch', () => {
  it.each(ACKS)('whose linger lapses returns what it has (%s)', async (ack) => {
    const { queue } = site({ ack })
    await expect(queue.getMany(3, { timeout: 5, linger: LONG })).rejects.toMatchObject({
      code: 'ERR_QUEUE_EMPTY',
    })
    queue.tryPut(1)
    expect(await within(queue.getMany(3, { timeout: 5, linger: 10 }), 'the batch')).toEqual([1])
  })

  it.each(ACKS)('whose signal is aborted before the call takes nothing (%s)', async (ack) => {
    const { queue } = site({ ack })
    queue.tryPut(1)
    await expect(queue.getMany(3, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORT_ERR',
    })
    expect([queue.size, internalsOf(queue).held, queue.unfinished]).toEqual([1, 0, 1])
  })

  it('that may hold no more, since another of this thread does, returns its items', async () => {
    const { queue } = site({ maxInFlight: 3 })
    await queue.put(1)
    const batches = [queue.getMany(3, { linger: LONG }), queue.getMany(3, { linger: LONG })]
    await waits(queue, 'get', 0)
    for (const item of [2, 3, 4]) queue.tryPut(item)
    expect(await within(Promise.all(batches), 'both')).toEqual([[1, 2], [3]])
    queue.taskDone(3)
    expect([queue.size, internalsOf(queue).held]).toEqual([1, 0])
  })

  it.each(ACKS)('does not linger on the main thread when that would block it (%s)', (ack) => {
    const { queue } = site({ ack })
    queue.tryPut(1)
    expect(queue.getManySync(3, { linger: LONG })).toEqual([1])
    expect(internalsOf(queue).held).toBe(ack === 'manual' ? 1 : 0)
    expect(() => queue.getManySync(3, { linger: LONG })).toThrow(
      expect.objectContaining({ code: 'ERR_BLOCKING_MAIN_THREAD' }),
    )
  })

  it.each(ACKS)('in a blocked thread returns what it has when the queue is shut down (%s)', async (ack) => {
    const queue = new Queue<number>({ ack, codec: codecs.int32 })
    const there = await other(queue)
    const batch = there.call('getManySync', 3, { linger: LONG })
    await there.waits('get')
    queue.tryPut(1)
    // It has the item once it waits and none is queued.
    await within(gone(queue), 'the item is taken')
    await there.waits('get')
    queue.shutdown()
    expect(await batch).toEqual([1])
  })

  it.each([
    ['a number', 5 as never, 'options must be an object'],
    ['null', null as never, 'options must be an object'],
    ['a linger that is no number', { linger: '5' as never }, 'options.linger must be a number'],
    ['a negative linger', { linger: -1 }, 'options.linger must be a number'],
  ])('with options that are %s takes nothing', async (_, options, message) => {
    const { queue } = site()
    queue.tryPut(1)
    await expect(queue.getMany(2, options)).rejects.toThrow(message)
    expect(() => queue.getManySync(2, options)).toThrow(message)
    expect([queue.size, internalsOf(queue).held]).toEqual([1, 0])
  })

  it.each([
    ['timeout', 0],
    ['signal', AbortSignal.abort()],
  ])('knows no %s of Object.prototype', async (name, value) => {
    for (const method of ['getMany', 'takeMany'] as const) {
      const { queue } = site()
      Object.defineProperty(Object.prototype, name, { value, configurable: true })
      let batch: Promise<Iterable<unknown>>
      try {
        batch = queue[method](2, {})
      } finally {
        Reflect.deleteProperty(Object.prototype, name)
      }
      queue.tryPut(1)
      expect([...(await within(batch, 'the batch'))]).toHaveLength(1)
    }
  })

  it('knows no linger of Object.prototype', async () => {
    const { queue } = site()
    queue.tryPut(1)
    Object.defineProperty(Object.prototype, 'linger', { value: LONG, configurable: true })
    try {
      expect(await within(queue.getMany(2, {}), 'the batch')).toEqual([1])
    } finally {
      Reflect.deleteProperty(Object.prototype, 'linger')
    }
  })
})

async function gone(queue: Queue<number>): Promise<void> {
  while (queue.size > 0) await new Promise((resolve) => setImmediate(resolve))
}

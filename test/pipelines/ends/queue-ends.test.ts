import { describe, expect, it } from 'vitest'
import { EMPTY, Queue, QueueShutDownError, TooManyInFlightError } from '../../../src/index.ts'
import { openSink } from '../../../src/pipelines/ends/index.ts'
import { ENDED, WAITING } from '../../../src/pipelines/flow.ts'
import { within } from '../../support/deadline.ts'
import { Driven, errorOf, Hooks, turn, writeAll } from './drive.ts'

function filled(count: number, options: ConstructorParameters<typeof Queue<number>>[0] = {}): Queue<number> {
  const queue = new Queue<number>({ maxsize: 100, ...options })
  for (let item = 0; item < count; item++) queue.tryPut(item)
  return queue
}

/** The items that are in the queue now, with their attempts. */
function left(queue: Queue<number>): [number, number][] {
  const items: [number, number][] = []
  while (queue.size > 0) {
    const delivery = queue.takeSync()
    items.push([delivery.item, delivery.attempt])
    delivery.done()
  }
  return items
}

describe('a queue as a source', () => {
  it.each(['manual', 'auto'] as const)('is read to its end with ack %s, and all is finished', async (ack) => {
    const queue = filled(3, { ack })
    const all = new Driven(queue).toArray()
    await turn()
    await queue.put(3)
    queue.shutdown()
    expect(await within(all, 'the end')).toEqual([0, 1, 2, 3])
    expect(queue.unfinished).toBe(0)
  })

  it.each(['manual', 'auto'] as const)('with ack %s finishes an item when it is accepted', async (ack) => {
    const queue = filled(2, { ack })
    const driven = new Driven(queue)
    await driven.next()
    await driven.next()
    const [first, second] = driven.origins
    first?.hold()
    first?.accept()
    expect(queue.unfinished).toBe(2)
    second?.accept()
    expect(queue.unfinished).toBe(1)
    first?.accept()
    expect(queue.unfinished).toBe(0)
    await driven.return()
  })

  it('has ended although its last items are not accepted', async () => {
    const queue = filled(2)
    queue.shutdown()
    const driven = new Driven(queue)
    await driven.next()
    await driven.next()
    expect(await within(driven.next(), 'the end')).toMatchObject({ done: true })
    await driven.return()
    expect(left(queue)).toHaveLength(2)
  })

  it('gives what is not accepted back when it is closed; what was not begun as never delivered', async () => {
    const queue = filled(4)
    const driven = new Driven(queue)
    for (let read = 0; read < 3; read++) await driven.next()
    driven.origins[0]?.accept()
    driven.origins[1]?.begin()
    await driven.return()
    expect(left(queue).sort()).toEqual([
      [1, 2],
      [2, 1],
      [3, 1],
    ])
    // Accepting afterwards changes nothing.
    driven.origins[1]?.accept()
    expect([queue.unfinished, driven.hooks.failures]).toEqual([0, []])
  })

  it('gives what is not begun back in its order', async () => {
    const queue = filled(5)
    const driven = new Driven(queue)
    for (let read = 0; read < 4; read++) await driven.next()
    await driven.return()
    expect(left(queue).map(([item]) => item)).toEqual([0, 1, 2, 3, 4])
  })

  it('loses no item that comes while it is closed', async () => {
    const queue = filled(0)
    const driven = new Driven(queue)
    expect(driven.source.read()).toBe(WAITING)
    queue.tryPut(7)
    await driven.return()
    expect(left(queue)).toEqual([[7, 1]])
    expect(driven.source.read()).toBe(ENDED)
  })

  it('no longer waits when it is closed', async () => {
    const queue = filled(0)
    const driven = new Driven(queue)
    expect(driven.source.read()).toBe(WAITING)
    await within(driven.return(), 'the closing', 2000)
    await queue.put(1)
    expect(left(queue)).toEqual([[1, 1]])
  })

  it('is read no further than its maxInFlight, and on when an item is accepted', async () => {
    const queue = filled(3, { maxInFlight: 2 })
    const driven = new Driven(queue)
    expect(driven.source.limit).toBe(2)
    await driven.next()
    await driven.next()
    const third = driven.next()
    await turn()
    expect(queue.size).toBe(1)
    driven.origins[0]?.accept()
    expect(await within(third, 'the third item')).toMatchObject({ value: 2 })
    await driven.return()
  })

  it('that two runs of a thread read lets one wait for what the other holds', async () => {
    const queue = filled(3, { maxInFlight: 2 })
    const [holder, other] = [new Driven(queue), new Driven(queue)]
    await holder.next()
    await holder.next()
    const third = other.next()
    await turn()
    await holder.return()
    expect(await within(third, 'an item for the other')).toMatchObject({ done: false })
    await other.return()
    expect(queue.size).toBe(3)
  })

  it('fails if others hold all that the thread may hold', async () => {
    const queue = filled(2, { maxInFlight: 1 })
    queue.getSync()
    expect(await errorOf(new Driven(queue).toArray())).toBeInstanceOf(TooManyInFlightError)
  })

  it('tells the run if an item cannot be finished any more', async () => {
    const queue = filled(1)
    const driven = new Driven(queue)
    await driven.next()
    queue[Symbol.dispose]()
    driven.origins[0]?.accept()
    expect(driven.hooks.failures).toMatchObject([{ code: 'ERR_STALE_DELIVERY' }])
    await driven.return()
  })
})

describe('a queue as a sink', () => {
  it('gets all, waits while it is full, and is shut down at the end', async () => {
    const queue = new Queue<number>({ maxsize: 2 })
    const written = writeAll(openSink(queue, new Hooks(), { end: true }), [1, 2, 3, 4])
    await turn()
    expect(queue.size).toBe(2)
    const got: number[] = []
    for await (const item of queue) got.push(item)
    await within(written, 'all is written')
    expect([got, queue.isShutDown]).toEqual([[1, 2, 3, 4], true])
  })

  it('stays open with end: false, also when the run ends early', async () => {
    const queue = new Queue<number>()
    await writeAll(openSink(queue, new Hooks(), { end: false }), [1])
    await openSink(queue, new Hooks(), { end: false }).abort(new Error('over'))
    expect([queue.size, queue.isShutDown]).toEqual([1, false])
  })

  it('is shut down when the run ends early, and keeps what it has', async () => {
    const queue = new Queue<number>({ maxsize: 1 })
    const sink = openSink(queue, new Hooks(), { end: true })
    expect(sink.write(1, 0)).toBeUndefined()
    const waits = errorOf(sink.write(2, 1) as Promise<void>)
    await within(sink.abort(new Error('over')), 'the abort', 2000)
    expect(await waits).toMatchObject({ code: 'ABORT_ERR' })
    expect([queue.isShutDown, queue.getSync()]).toEqual([true, 1])
  })

  it('that is shut down ends the run with QueueShutDownError, a put that waits too', async () => {
    const queue = new Queue<number>({ maxsize: 1 })
    const sink = openSink(queue, new Hooks(), { end: true })
    await sink.write(1, 0)
    const waits = errorOf(sink.write(2, 1) as Promise<void>)
    queue.shutdown()
    expect(await within(waits, 'the put that waits')).toBeInstanceOf(QueueShutDownError)
    expect(() => sink.write(3, 2)).toThrow(QueueShutDownError)
  })

  it.each([
    ['reject', 'ERR_QUEUE_FULL', 1],
    ['drop-newest', undefined, 1],
    ['drop-oldest', undefined, 3],
  ] as const)('with whenFull %s does as its put does', async (whenFull, code, last) => {
    const queue = new Queue<number>({ maxsize: 1, whenFull })
    const error = await errorOf(writeAll(openSink(queue, new Hooks(), { end: true }), [1, 2, 3]))
    expect((error as { code?: string } | undefined)?.code).toBe(code)
    expect([queue.tryGet(), queue.size]).toEqual([last, 0])
    if (code === undefined) expect(() => queue.tryGet()).toThrow(QueueShutDownError)
    else expect(queue.tryGet()).toBe(EMPTY)
  })
})

import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ConsumeOptions, Queue } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import { failureOf, fixture, millrace, open, reaches, saying, sharedWords, supervisor } from './scene.ts'

const closing = (name: string, args: unknown, options: ConsumeOptions = {}) => ({
  ...fixture<unknown>('closes.mjs', name, { args, threads: 1 }),
  ...options,
})

const numbers = (name: string, maxsize = 8) =>
  new millrace.Queue<number>({ codec: millrace.codecs.int32, name, maxsize })

/** A queue of these items, shut down. */
async function filled(name: string, items: number[]): Promise<Queue<number>> {
  const queue = numbers(name)
  await queue.putMany(items)
  queue.shutdown()
  return queue
}

/** The items in the queue now. */
function contents(queue: Queue<number>): number[] {
  const items: number[] = []
  while (queue.size > 0) items.push(queue.tryGet() as number)
  return items
}

describe('closes', () => {
  it('shuts its queue down when the group is over, and not before', async () => {
    const from = numbers('from')
    const next = numbers('next')
    const group = supervisor().consume(from, closing('givesOn', { next }, { closes: next }))
    await from.putMany([1, 2])
    await within(from.join(), 'both items')
    expect(next.isShutDown).toBe(false)
    from.shutdown()
    await within(group.join(), 'the group')
    expect(next.isShutDown).toBe(true)
    expect(contents(next)).toEqual([2, 3])
  })

  it('takes several queues, also such as the function does not have', async () => {
    const [next, other] = [numbers('next'), numbers('other')]
    const from = await filled('from', [1])
    await within(
      supervisor()
        .consume(from, closing('givesOn', { next }, { closes: [next, other, next] }))
        .join(),
      'the group',
    )
    expect([next.isShutDown, other.isShutDown]).toEqual([true, true])
  })

  it('leaves the queues open unless it names them', async () => {
    const next = numbers('next')
    for (const options of [{}, { closes: undefined }, { closes: [] }]) {
      const from = await filled('from', [1])
      await within(
        supervisor()
          .consume(from, closing('givesOn', { next }, options))
          .join(),
        'the group',
      )
    }
    expect(next.isShutDown).toBe(false)
  })

  it('ends a chain of three groups, one after the other', async () => {
    const [second, third] = [numbers('second', 1), numbers('third', 1)]
    const first = await filled('first', [1, 2, 3, 4])
    const words = sharedWords()
    const one = supervisor()
    one.consume(first, closing('givesOn', { next: second }, { closes: second }))
    one.consume(second, closing('givesOn', { next: third }, { closes: [third] }))
    one.consume(third, closing('adds', { words }))
    const report = await within(one.join(), 'the chain')
    expect([words[2], words[3]]).toEqual([3 + 4 + 5 + 6, 4])
    expect(report.queues.map(({ unfinished }) => unfinished)).toEqual([0, 0, 0])
  })

  it('shuts a queue down after a failure too, so that its consumers end', async () => {
    const next = numbers('next')
    const from = await filled('from', [0, 1, 2, 3])
    const words = sharedWords()
    const one = supervisor({ restart: false })
    one.consume(from, closing('throwsAtTwo', { next }, { closes: next }))
    const last = one.consume(next, closing('adds', { words }))
    await within(last.join(), 'the consumers of the closed queue')
    expect([words[2], words[3]]).toEqual([1, 2])
    expect(await failureOf(one.join(), 'the join')).toMatchObject({
      name: 'ThreadError',
      group: 'throwsAtTwo',
    })
  })
})

describe('a thread that only puts', () => {
  it('is no taker because it moves a dead letter: its failure leaves the queue open', async () => {
    const letters = new millrace.Queue<unknown>({ maxsize: 1 })
    const jobs = new millrace.Queue<string>({ maxsize: 3, maxDeliveries: 1, deadLetters: letters as never })
    letters.tryPut('filler')
    jobs.tryPut('bad')
    const bad = await jobs.take()
    bad.fail(new Error('it fails'))
    expect(jobs.stats()).toMatchObject({ doomed: 1 })
    const words = sharedWords()
    const supervised = supervisor()
    const group = supervised.spawn(closing('movesLetter', { jobs, letters, words }))
    await within(once(supervised, 'start'), 'the start')
    open(words, 0)
    // This thread would move the letter itself, if it came to that first.
    const deadline = performance.now() + 10_000
    while (Atomics.load(words, 2) === 0) if (performance.now() > deadline) throw new Error('no put failed')
    expect((await failureOf(group.join(), 'the group')).message).toContain('it has failed')
    expect(jobs.stats()).toMatchObject({ doomed: 0, size: 2 })
    expect(letters.size).toBe(1)
    expect(jobs.isShutDown).toBe(false)
  })
})

describe('a queue that several groups close', () => {
  it('is shut down when the last of them is over', async () => {
    const [next, left, right] = [numbers('next'), numbers('left'), numbers('right')]
    const one = supervisor()
    const groups = [left, right].map((queue) =>
      one.consume(queue, closing('givesOn', { next }, { closes: next })),
    )
    left.shutdown()
    await within(groups[0]?.join() as Promise<unknown>, 'the first group')
    expect(next.isShutDown).toBe(false)
    await right.put(1)
    right.shutdown()
    await within(one.join(), 'both groups')
    expect(next.isShutDown).toBe(true)
    expect(contents(next)).toEqual([2])
  })

  it.each(['producer', 'closer'])('and produce for, too: the %s is last', async (last) => {
    const next = numbers('next')
    const from = numbers('from')
    const words = sharedWords()
    const one = supervisor()
    const producer = one.produce(next, closing('afterGate', { words, items: [7] }))
    const closer = one.consume(from, closing('givesOn', { next }, { closes: next }))
    const ends = [() => open(words, 0), () => from.shutdown()]
    const groups = [producer, closer]
    if (last === 'producer') for (const list of [ends, groups]) list.reverse()
    ends[0]?.()
    await within(groups[0]?.join() as Promise<unknown>, 'the first group')
    expect(next.isShutDown).toBe(false)
    ends[1]?.()
    await within(one.join(), 'both groups')
    expect(next.isShutDown).toBe(true)
    expect(contents(next)).toEqual([7])
  })

  it('is shut down when the last of them is stopped or destroyed', async () => {
    const next = numbers('next')
    const from = numbers('from')
    const one = supervisor()
    const stopped = one.consume(from, closing('givesOn', { next }, { closes: next }))
    one.consume(from, closing('givesOn', { next }, { closes: next }))
    await within(stopped.stop(), 'the stop of the first')
    expect(next.isShutDown).toBe(false)
    await within(one.destroy(), 'the destruction of the second')
    expect(next.isShutDown).toBe(true)
  })
})

describe('close of a supervisor', () => {
  it('stops a pipeline whose groups close their queues, and counts the items that are left', async () => {
    const [first, second] = [numbers('first', 2), numbers('second', 2)]
    const words = sharedWords()
    const one = supervisor()
    one.produce(first, closing('endless', undefined))
    one.consume(first, closing('givesOn', { next: second }, { closes: second }))
    one.consume(second, closing('adds', { words }))
    await reaches(words, 3, 3)
    await within(one.close(), 'the close')
    const { groups, queues } = await within(one.join(), 'the join')
    const left = queues.reduce((sum, queue) => sum + queue.left, 0)
    expect((words[3] as number) + left).toBe(groups[0]?.stored)
    expect(queues.map(({ unfinished }) => unfinished)).toEqual(queues.map((queue) => queue.left))
  })

  it('asks a group that has put nothing yet before the one whose queue it closes', async () => {
    const [from, next] = [numbers('from'), numbers('next')]
    const words = sharedWords()
    const one = supervisor()
    let begun = 0
    one.on('start', () => begun++)
    one.consume(from, closing('waitsAtGate', { words, next }, { closes: next }))
    one.consume(next, closing('adds', { words }))
    // A thread that is asked to stop before its function begins takes no item.
    await until(() => begun === 2, 'both have begun')
    await from.put(5)
    await reaches(words, 1, 1)
    const closed = one.close()
    open(words, 0)
    await within(closed, 'the close')
    await until(() => words[3] === 1, 'the item has come through')
    expect(words[2]).toBe(5)
  })
})

describe('a value of closes', () => {
  const next = numbers('next')
  const from = numbers('from')
  const consume = (closes: unknown) => () =>
    supervisor().consume(from, closing('givesOn', { next }, { closes } as never))

  it.each([
    ['a handle', next.handle, 'task.closes must be a Queue or an array of Queues'],
    ['null', null, 'task.closes must be a Queue or an array of Queues'],
    ['a name', 'next', "string 'next'"],
    ['an element', [next, 7], 'task.closes[1] must be a Queue; received number 7'],
  ])('that is no queue is refused: %s', (_, closes, message) => {
    expect(consume(closes)).toThrow(saying('TypeError', 'ERR_INVALID_ARG_TYPE', message))
  })

  it.each([
    ['by itself', from, 'task.closes must be another queue'],
    ['in an array', [next, from], 'task.closes[1] must be another queue'],
  ])('that is the consumed queue is refused: %s', (_, closes, message) => {
    expect(consume(closes)).toThrow(saying('TypeError', 'ERR_INVALID_ARG_VALUE', message, "'from'"))
  })
})

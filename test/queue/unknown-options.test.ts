import { describe, expect, it } from 'vitest'
import { LifoQueue, PriorityQueue, Queue, select } from '../../src/index.ts'

const refusal = (option: string, hint: string) =>
  expect.objectContaining({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_VALUE',
    message: expect.stringMatching(new RegExp(`^options\\.${option} is not a known option: .*${hint}`)),
  })

describe.each([
  ['Queue', Queue],
  ['LifoQueue', LifoQueue],
  ['PriorityQueue', PriorityQueue],
] as const)('an unknown option of a %s', (_, Kind) => {
  it.each([
    ['maxSize', 'did you mean maxsize\\?'],
    ['max_size', 'did you mean maxsize\\?'],
    ['maxInflight', 'did you mean maxInFlight\\?'],
    ['deadletters', 'did you mean deadLetters\\?'],
    ['whenfull', 'did you mean whenFull\\?'],
    ['label', 'known are maxsize, codec'],
  ])('%s is refused by name', (option, hint) => {
    expect(() => new Kind({ [option]: 10 } as never)).toThrow(refusal(option, hint))
  })

  it('that is undefined counts as absent', () => {
    expect(new Kind({ maxSize: undefined } as never).maxsize).toBe(1024)
  })
})

it('refuses the options of a PriorityQueue in other queues', () => {
  expect(() => new Queue({ by: 'urgency' } as never)).toThrow(refusal('by', 'known are'))
  expect(() => new LifoQueue({ ageing: 10 } as never)).toThrow(refusal('ageing', 'known are'))
})

describe('an unknown option of a call', () => {
  const queue = new Queue<number>({ maxsize: 2 })
  const given = { timeOut: 0 } as never
  const hint = 'did you mean timeout\\?'

  it.each([
    ['put', () => queue.put(1, given)],
    ['putMany', () => queue.putMany([1], given)],
    ['get', () => queue.get(given)],
    ['getMany', () => queue.getMany(1, given)],
    ['take', () => queue.take(given)],
    ['takeMany', () => queue.takeMany(1, given)],
    ['join', () => queue.join(given)],
    ['select', () => select({ queue }, given)],
  ])('is refused by %s, and nothing is put or taken', async (_, call) => {
    await expect(call()).rejects.toThrow(refusal('timeOut', hint))
    expect([queue.size, queue.unfinished]).toEqual([0, 0])
  })

  it.each([
    ['putSync', () => queue.putSync(1, given)],
    ['putManySync', () => queue.putManySync([1], given)],
    ['getSync', () => queue.getSync(given)],
    ['getManySync', () => queue.getManySync(1, given)],
    ['takeSync', () => queue.takeSync(given)],
    ['takeManySync', () => queue.takeManySync(1, given)],
    ['joinSync', () => queue.joinSync(given)],
  ])('is refused by %s, and nothing is put or taken', (_, call) => {
    expect(call).toThrow(refusal('timeOut', hint))
    expect([queue.size, queue.unfinished]).toEqual([0, 0])
  })

  it('is refused by tryPut, which has no timeout', () => {
    expect(() => queue.tryPut(1, { priorty: 1 } as never)).toThrow(
      refusal('priorty', 'did you mean priority\\?'),
    )
    expect(() => queue.tryPut(1, { timeout: 0 } as never)).toThrow(refusal('timeout', 'known are priority'))
    expect(queue.size).toBe(0)
  })

  it('is refused by shutdown, and the queue stays open', () => {
    expect(() => queue.shutdown({ immediately: true } as never)).toThrow(
      refusal('immediately', 'did you mean immediate\\?'),
    )
    expect(queue.isShutDown).toBe(false)
  })

  it('is refused by retry, and the delivery can still be settled', async () => {
    await queue.put(1)
    const delivery = await queue.take()
    expect(() => delivery.retry({ delayMs: 5 } as never)).toThrow(refusal('delayMs', 'did you mean delay\\?'))
    delivery.done()
    expect(queue.unfinished).toBe(0)
  })
})

describe('an option of put that this kind of queue does not have', () => {
  const queue = new Queue<number>()
  const ranked = new PriorityQueue<number>()
  const saying = (option: string, why: RegExp) =>
    expect.objectContaining({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(new RegExp(`^options\\.${option} must be absent: ${why.source}`)),
    })

  it.each([
    ['id', 'a', /a queue in shared memory keeps no ids/],
    ['delay', 5, /a queue in shared memory delays only what comes back/],
    ['retries', 2, /the attempts of an item in shared memory are bounded by/],
    ['backoff', 100, /the pause before another attempt is/],
  ] as const)('is refused with the reason: %s', async (option, value, why) => {
    for (const one of [queue, ranked]) {
      const options = { [option]: value }
      await expect(one.put(1, options)).rejects.toThrow(saying(option, why))
      await expect(one.putMany([1], options)).rejects.toThrow(saying(option, why))
      for (const call of [
        () => one.putSync(1, options),
        () => one.tryPut(1, options),
        () => one.putManySync([1], options),
      ]) {
        expect(call).toThrow(saying(option, why))
      }
      expect(one.size).toBe(0)
    }
  })

  it('is refused with the reason: priority, but in a PriorityQueue', async () => {
    const why = /only a PriorityQueue orders by priority/
    await expect(queue.put(1, { priority: 1 })).rejects.toThrow(saying('priority', why))
    expect(() => new LifoQueue<number>().tryPut(1, { priority: 1 })).toThrow(saying('priority', why))
    expect(queue.size).toBe(0)
    await ranked.put(2, { priority: 2 })
    ranked.tryPut(1, { priority: 1 })
    expect([ranked.tryGet(), ranked.tryGet()]).toEqual([1, 2])
  })
})

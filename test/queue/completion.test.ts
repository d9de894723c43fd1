import { describe, expect, it } from 'vitest'
import { codecs, Queue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { other, others, waits } from '../support/users.ts'

const numbers = (maxsize = 64) => new Queue<number>({ maxsize, codec: codecs.int32 })
const beyond = expect.objectContaining({ name: 'TaskDoneError', code: 'ERR_TASK_DONE' })

describe('taskDone', () => {
  it('finishes this thread’s oldest items: all of the count, or none', async () => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    expect(() => queue.taskDone()).toThrow(beyond)
    await queue.getMany(2)
    expect(() => queue.taskDone(3)).toThrow(beyond)
    expect([queue.unfinished, queue.stats().held]).toEqual([3, 2])
    queue.taskDone(2)
    expect([queue.unfinished, queue.stats().held]).toEqual([1, 0])
    expect(() => queue.taskDone()).toThrow(beyond)
    expect(queue.unfinished).toBe(1)
  })

  it.each([[[2]], [[1, 1]]])('leaves the later items held (%s)', async (counts) => {
    const queue = numbers()
    await queue.putMany([1, 2, 3])
    await queue.getMany(3)
    for (const count of counts) queue.taskDone(count)
    queue[Symbol.dispose]()
    const there = await other(queue)
    expect(await there.call('getSync')).toBe(3)
  })

  it('counts neither items of take nor those of a running iterator', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    const delivery = await queue.take()
    const iterator = queue[Symbol.iterator]()
    iterator.next()
    expect(queue.stats().held).toBe(2)
    expect(() => queue.taskDone()).toThrow(beyond)
    delivery.done()
    iterator.return?.()
    queue.taskDone()
    expect(queue.unfinished).toBe(0)
  })

  it('does not count items that another thread holds', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    const there = await other(queue)
    await there.call('getSync')
    expect(() => queue.taskDone()).toThrow(beyond)
    await queue.get()
    queue.taskDone()
    expect(queue.unfinished).toBe(1)
    await there.call('taskDone')
    await expect(there.call('taskDone')).rejects.toMatchObject({ code: 'ERR_TASK_DONE' })
    expect(queue.unfinished).toBe(0)
  })
})

describe('join', () => {
  it('resolves at once when all items are finished, also a second time', async () => {
    const queue = numbers()
    await queue.join()
    await queue.put(1)
    await queue.get()
    queue.taskDone()
    await queue.join({ timeout: 0 })
    await queue.join()
    queue.joinSync()
  })

  it('waits until every item is finished, not until the queue is empty', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    let joined = false
    const join = queue.join().then(() => {
      joined = true
    })
    await queue.getMany(2)
    queue.taskDone()
    await new Promise((resolve) => setImmediate(resolve))
    expect([queue.size, queue.unfinished, joined]).toEqual([0, 1, false])
    expect(queue.stats().threads).toMatchObject([{ waiting: ['join'] }])
    queue.taskDone()
    await within(join, 'the join')
    expect(queue.stats().threads).toMatchObject([{ waiting: [] }])
  })

  it('is released, with several joiners in several threads, by the last taskDone', async () => {
    const queue = numbers()
    const [first, second, third] = await others(queue, 3)
    await queue.putMany([1, 2])
    await third!.call('getManySync', 2)
    const joins = [first!.call('joinSync'), second!.call('join'), queue.join(), queue.join()]
    await Promise.all([first!.waits('join'), second!.waits('join'), waits(queue, 'join', 0)])
    await third!.call('taskDone')
    expect(queue.stats().threads.filter(({ waiting }) => waiting.includes('join'))).toHaveLength(3)
    await third!.call('taskDone')
    await within(Promise.all(joins), 'the joins')
  })

  it('throws DeadlockError when a thread that holds items would block, not when it awaits', async () => {
    const queue = numbers()
    await queue.put(1)
    await queue.get()
    expect(() => queue.joinSync()).toThrow(
      expect.objectContaining({ name: 'DeadlockError', code: 'ERR_DEADLOCK' }),
    )
    const join = queue.join()
    queue.taskDone()
    await within(join, 'the join')
    const there = await other(queue)
    await queue.put(2)
    await there.take('takeSync')
    await expect(there.call('joinSync')).rejects.toMatchObject({ code: 'ERR_DEADLOCK' })
  })

  it('says how many items are unfinished when it times out', async () => {
    const queue = numbers()
    await queue.putMany([1, 2])
    await expect(queue.join({ timeout: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_WAIT_TIMEOUT', message: expect.stringContaining('2 unfinished') }),
    )
  })

  it('can be awaited repeatedly while items come and go', async () => {
    const queue = numbers(4)
    const there = await other(queue)
    for (let round = 0; round < 50; round++) {
      await queue.putMany([1, 2, 3])
      const join = queue.join()
      expect(await there.call('getManySync', 3)).toEqual([1, 2, 3])
      await there.call('taskDone', 3)
      await within(join, `join ${round}`)
    }
  })
})

import assert from 'node:assert/strict'
import { type Behaviour, empty, full } from '../behaviour.ts'
import { millrace } from '../library.ts'
import { numbers } from '../model.ts'
import { allWait } from '../trial.ts'

const { EMPTY } = millrace

/** Puts that wait for room, gets that wait for items. */
export const blocking: readonly Behaviour[] = [
  {
    source: 'JSR-166 ArrayBlockingQueue testBlockingPut',
    fact: 'lets several puts wait while it is full, and stores each once',
    capacity: 'each',
    async run(trial) {
      const { capacity } = trial
      const { queue, users, model } = await trial.openFull(3)
      const [getter, ...putters] = users
      const puts = putters.map((putter, index) => putter.put(200 + index))
      await allWait(putters, 'put')
      assert.deepEqual([queue.size, queue.unfinished], [capacity, capacity])
      assert.equal(await getter!.get(), model.get())
      await Promise.race(puts)
      const got = await getter!.gets(capacity + 1)
      await Promise.all(puts)
      // The scheduler decides when each of them is stored, and so its place in the order.
      const byNumber = (a: number, b: number) => a - b
      assert.deepEqual(got.sort(byNumber), [...model.take(), 200, 201].sort(byNumber))
      assert.equal(queue.size, 0)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testPutWithTake',
    fact: 'stores the item of a waiting put as soon as another item is taken',
    capacity: 'each',
    async run(trial) {
      const { capacity } = trial
      const { queue, users, model } = await trial.openFull(2)
      const [putter, getter] = users
      for (let round = 0; round < 2; round++) {
        const put = putter!.put(200 + round)
        await putter!.waits('put')
        assert.equal(queue.size, capacity)
        assert.equal(await getter!.get(), model.get())
        await put
        model.put(200 + round)
        assert.equal(queue.size, capacity)
      }
      assert.deepEqual(await getter!.gets(model.size), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testBlockingTake',
    fact: 'hands out its items, then lets gets wait for later ones',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.openFull(3)
      const [putter, getter, second] = users
      assert.deepEqual(await getter!.gets(model.size), model.take())
      const gets = [getter!.get(), second!.get()]
      await allWait([getter!, second!], 'get')
      await putter!.put(200)
      await putter!.put(201)
      assert.deepEqual((await Promise.all(gets)).sort(), [200, 201])
      assert.equal(queue.size, 0)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testOfferInExecutor',
    fact: 'refuses one user’s tryPut while full, and stores its timed put when another takes',
    capacity: 2,
    async run(trial) {
      const { queue, users, model } = await trial.open(2)
      const [putter, getter] = users
      const items = numbers(2)
      await putter!.putMany(items)
      model.put(...items)
      assert.equal(await putter!.tryPut(100), false)
      const put = putter!.put(100, { timeout: 60_000 })
      await putter!.waits('put')
      assert.equal(await getter!.get(), model.get())
      assert.equal(await put, 'stored')
      assert.deepEqual([queue.size, queue.full], [2, true])
      await full(putter!.put(101, { timeout: 0 }))
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testPollInExecutor',
    fact: 'answers one user’s tryGet with EMPTY, and its timed get when another puts',
    capacity: 2,
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [getter, putter] = users
      assert.equal(await getter!.tryGet(), EMPTY)
      const get = getter!.get({ timeout: 60_000 })
      await getter!.waits('get')
      await putter!.put(100)
      assert.equal(await get, 100)
      assert.equal(queue.empty, true)
      await empty(getter!.get({ timeout: 0 }))
    },
  },
]

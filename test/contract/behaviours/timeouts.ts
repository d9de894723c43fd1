import assert from 'node:assert/strict'
import { type Behaviour, empty, fails, full, lapses } from '../behaviour.ts'
import { numbers } from '../model.ts'

/** Long enough to be seen, in ms. */
const SHORT = 15
/** ms; never waited for. */
const LONG = 60_000

const WRONG = [-1, -0.5, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY]

/** Waits that end by themselves. */
export const timeouts: readonly Behaviour[] = [
  {
    source: 'CPython test_negative_timeout_raises_exception',
    fact: 'refuses puts and joins with a negative timeout, with room or without, and stores nothing',
    capacity: 1,
    async run(scene) {
      const { queue, users } = await scene.open(1)
      const [user] = users
      for (const size of [0, 1]) {
        for (const timeout of WRONG) {
          await fails(user!.put(1, { timeout }), 'ERR_OUT_OF_RANGE')
          await fails(user!.putMany([1], { timeout }), 'ERR_OUT_OF_RANGE')
          await fails(user!.join({ timeout }), 'ERR_OUT_OF_RANGE')
        }
        assert.deepEqual([queue.size, queue.unfinished], [size, size])
        await user!.tryPut(1)
      }
    },
  },
  {
    source: 'CPython SimpleQueue test_negative_timeout_raises_exception',
    fact: 'refuses gets with a negative timeout, with items or without, and keeps what it has',
    capacity: 2,
    async run(scene) {
      const { queue, users } = await scene.open(1)
      const [user] = users
      for (const size of [0, 1]) {
        for (const timeout of WRONG) {
          await fails(user!.get({ timeout }), 'ERR_OUT_OF_RANGE')
          await fails(user!.take({ timeout }), 'ERR_OUT_OF_RANGE')
          await fails(user!.getMany(2, { timeout }), 'ERR_OUT_OF_RANGE')
        }
        assert.deepEqual([queue.size, queue.stats().held], [size, 0])
        await user!.tryPut(1)
      }
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testTimedOffer',
    fact: 'fails a timed put when its time is over, not before, storing nothing, and one that is interrupted',
    capacity: 2,
    startsThreads: true,
    async run(scene) {
      const stage = await scene.open(2)
      const { queue, users, model } = stage
      const [putter, getter] = users
      const items = numbers(2)
      for (const item of items) assert.equal(await putter!.put(item, { timeout: LONG }), 'stored')
      model.put(...items)
      await lapses(() => putter!.put(100, { timeout: SHORT }), 'ERR_QUEUE_FULL', SHORT)
      const interruptible = scene.interruptible(stage, 0, 2)
      const item = scene.kind.items === 'numbers' ? 101 : { number: 101 }
      interruptible.begin('put', [item], { timeout: LONG })
      await interruptible.waits('put')
      await interruptible.interrupt()
      const outcome = await interruptible.outcome()
      assert.ok('error' in outcome, `interrupted, the put ended with ${JSON.stringify(outcome)}`)
      assert.equal(outcome.error.code, 'ABORT_ERR')
      assert.deepEqual([queue.size, queue.unfinished], [2, 2])
      assert.deepEqual(await getter!.getMany(3), model.take())
      await putter!.put(102, { timeout: LONG })
      assert.equal(await getter!.get(), 102)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testTimedPoll0',
    fact: 'gives items to gets with timeout 0, and fails the one that finds none',
    capacity: 'each',
    async run(scene) {
      const { users, model } = await scene.open(2)
      const [putter, getter] = users
      const items = numbers(scene.capacity)
      await putter!.putMany(items)
      model.put(...items)
      assert.deepEqual(await getter!.gets(model.size, { timeout: 0 }), model.take())
      await empty(getter!.get({ timeout: 0 }))
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testTimedPoll',
    fact: 'gives items to timed gets at once, and fails the one that finds none when its time is over, not before',
    capacity: 4,
    async run(scene) {
      const { users, model } = await scene.open(2)
      const [putter, getter] = users
      const items = numbers(4)
      await putter!.putMany(items)
      model.put(...items)
      assert.deepEqual(await getter!.gets(model.size, { timeout: LONG }), model.take())
      await lapses(() => getter!.get({ timeout: SHORT }), 'ERR_QUEUE_EMPTY', SHORT)
      await lapses(() => getter!.getMany(2, { timeout: SHORT }), 'ERR_QUEUE_EMPTY', SHORT)
    },
  },
  {
    source: 'JSR-166 BlockingQueue testTimedPollWithOffer',
    fact: 'gives to a timed get what comes in its time, after one that came too late for it',
    capacity: 2,
    async run(scene) {
      const { queue, users } = await scene.open(2)
      const [getter, putter] = users
      await lapses(() => getter!.get({ timeout: SHORT }), 'ERR_QUEUE_EMPTY', SHORT)
      await putter!.put(1)
      assert.equal(queue.size, 1)
      assert.equal(await getter!.get({ timeout: LONG }), 1)
      const get = getter!.get({ timeout: LONG })
      await getter!.waits('get')
      await putter!.put(2)
      assert.equal(await get, 2)
      // Whoever lapsed has left no claim behind.
      await full(putter!.putMany([3, 4, 5], { timeout: 0 }))
      assert.equal(queue.size, 2)
    },
  },
]

import assert from 'node:assert/strict'
import { type Behaviour, empty, fails, full, timesOut } from '../behaviour.ts'
import { numbers } from '../model.ts'

/** A timeout that is long enough to be measured. */
const SHORT_MS = 15
/** A timeout that is never reached. */
const LONG_MS = 60_000

const WRONG = [-1, -0.5, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY]

/** Behaviours of timeouts. */
export const timeouts: readonly Behaviour[] = [
  {
    source: 'CPython test_negative_timeout_raises_exception',
    fact: 'refuses puts and joins with a negative timeout, with room or without, and stores nothing',
    capacity: 1,
    async run(trial) {
      const { queue, users } = await trial.open(1)
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
    fact: 'refuses gets with a negative timeout, with items or without, and keeps its items',
    capacity: 2,
    async run(trial) {
      const { queue, users } = await trial.open(1)
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
    fact: 'fails a timed put after its timeout or when it is interrupted, and stores nothing',
    capacity: 2,
    startsThreads: true,
    async run(trial) {
      const opened = await trial.open(2)
      const { queue, users, model } = opened
      const [putter, getter] = users
      const items = numbers(2)
      for (const item of items) assert.equal(await putter!.put(item, { timeout: LONG_MS }), 'stored')
      model.put(...items)
      await timesOut(() => putter!.put(100, { timeout: SHORT_MS }), 'ERR_QUEUE_FULL', SHORT_MS)
      const interruptible = trial.interruptible(opened, 0, 2)
      const item = trial.kind.items === 'numbers' ? 101 : { number: 101 }
      interruptible.begin('put', [item], { timeout: LONG_MS })
      await interruptible.waits('put')
      await interruptible.interrupt()
      const outcome = await interruptible.outcome()
      assert.ok('error' in outcome, `interrupted, the put ended with ${JSON.stringify(outcome)}`)
      assert.equal(outcome.error.code, 'ABORT_ERR')
      assert.deepEqual([queue.size, queue.unfinished], [2, 2])
      assert.deepEqual(await getter!.getMany(3), model.take())
      await putter!.put(102, { timeout: LONG_MS })
      assert.equal(await getter!.get(), 102)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testTimedPoll0',
    fact: 'gives items to gets with timeout 0, and fails a get without an item',
    capacity: 'each',
    async run(trial) {
      const { users, model } = await trial.openFull(2)
      const [, getter] = users
      assert.deepEqual(await getter!.gets(model.size, { timeout: 0 }), model.take())
      await empty(getter!.get({ timeout: 0 }))
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testTimedPoll',
    fact: 'gives items to timed gets at once, and fails a get without an item after its timeout, not before',
    capacity: 4,
    async run(trial) {
      const { users, model } = await trial.open(2)
      const [putter, getter] = users
      const items = numbers(4)
      await putter!.putMany(items)
      model.put(...items)
      assert.deepEqual(await getter!.gets(model.size, { timeout: LONG_MS }), model.take())
      await timesOut(() => getter!.get({ timeout: SHORT_MS }), 'ERR_QUEUE_EMPTY', SHORT_MS)
      await timesOut(() => getter!.getMany(2, { timeout: SHORT_MS }), 'ERR_QUEUE_EMPTY', SHORT_MS)
    },
  },
  {
    source: 'JSR-166 BlockingQueue testTimedPollWithOffer',
    fact: 'gives an item to a timed get in time, after a get that timed out',
    capacity: 2,
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [getter, putter] = users
      await timesOut(() => getter!.get({ timeout: SHORT_MS }), 'ERR_QUEUE_EMPTY', SHORT_MS)
      await putter!.put(1)
      assert.equal(queue.size, 1)
      assert.equal(await getter!.get({ timeout: LONG_MS }), 1)
      const get = getter!.get({ timeout: LONG_MS })
      await getter!.waits('get')
      await putter!.put(2)
      assert.equal(await get, 2)
      // The get that timed out has left no claim.
      await full(putter!.putMany([3, 4, 5], { timeout: 0 }))
      assert.equal(queue.size, 2)
    },
  },
]

import assert from 'node:assert/strict'
import { type Behaviour, fails, full } from '../behaviour.ts'
import { millrace } from '../library.ts'
import { numbers } from '../model.ts'

const { EMPTY } = millrace

/** Behaviours of the capacity, and of the properties that report it. */
export const capacity: readonly Behaviour[] = [
  {
    source: 'CPython test_nowait',
    fact: 'refuses at once the put beyond maxsize, and the get from nothing',
    capacity: 'each',
    async run(trial) {
      const { users } = await trial.open(2)
      const [putter, getter] = users
      // One message makes the other puts.
      assert.equal(await putter!.tryPut(0), true)
      await putter!.puts(numbers(trial.capacity - 1), { timeout: 0 })
      assert.equal(await putter!.tryPut(0), false)
      await full(putter!.put(0, { timeout: 0 }))
      assert.notEqual(await getter!.tryGet(), EMPTY)
      await getter!.gets(trial.capacity - 1, { timeout: 0 })
      assert.equal(await getter!.tryGet(), EMPTY)
      await fails(getter!.get({ timeout: 0 }), 'ERR_QUEUE_EMPTY')
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testConstructor1',
    fact: 'reports the maxsize it was made with, and holds exactly that many items',
    capacity: 'each',
    async run(trial) {
      const { queue, users } = await trial.open(1)
      const [user] = users
      assert.equal(queue.maxsize, trial.capacity)
      assert.equal(await user!.read('maxsize'), trial.capacity)
      let stored = 0
      while (stored <= trial.capacity && (await user!.tryPut(stored))) stored++
      assert.equal(stored, trial.capacity)
      assert.equal(await user!.read('maxsize'), trial.capacity)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testConstructor2',
    fact: 'cannot be made with a maxsize below 1, beyond the largest, or that is no integer',
    capacity: 1,
    async run(trial) {
      const { users } = await trial.open(1)
      const [user] = users
      const { maxMaxsize } = trial.kind
      for (const maxsize of [0, -1, -(2 ** 31), 1.5, Number.NaN, Number.POSITIVE_INFINITY, maxMaxsize + 1]) {
        const error = await fails(user!.construct({ maxsize }), 'ERR_OUT_OF_RANGE')
        assert.match(String(error.message), /options\.maxsize/)
      }
      for (const maxsize of ['1', null, {}]) {
        await fails(user!.construct({ maxsize }), 'ERR_INVALID_ARG_TYPE')
      }
      await user!.construct({ maxsize: 1 })
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testEmptyFull',
    fact: 'is empty before the first put, and full after the last that fits, for every user',
    capacity: 'each',
    async run(trial) {
      const { users } = await trial.open(2)
      const [putter, other] = users
      const told = async () => [await other!.read('empty'), await other!.read('full')]
      assert.deepEqual(await told(), [true, false])
      await putter!.put(1)
      assert.deepEqual(await told(), [false, trial.capacity === 1])
      if (trial.capacity > 2) await putter!.puts(numbers(trial.capacity - 2))
      if (trial.capacity > 1) {
        assert.deepEqual(await told(), [false, false])
        await putter!.put(2)
      }
      assert.deepEqual(await told(), [false, true])
      await other!.get()
      assert.deepEqual(await told(), [trial.capacity === 1, false])
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testRemainingCapacity',
    fact: 'reports its size as items come and go',
    capacity: 'each',
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [putter, getter] = users
      const half = Math.floor(trial.capacity / 2)
      const sizes = async () => [queue.size, await putter!.read('size'), await getter!.read('size')]
      const are = async (size: number) => assert.deepEqual(await sizes(), [size, size, size])
      await are(0)
      await putter!.puts(numbers(half))
      await are(half)
      await putter!.puts(numbers(trial.capacity - half))
      await are(trial.capacity)
      await getter!.gets(half)
      await are(trial.capacity - half)
      await getter!.gets(trial.capacity - half)
      await are(0)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testOffer',
    fact: 'answers tryPut with true if there is room, else with false, and stores nothing',
    capacity: 1,
    async run(trial) {
      const { queue, users } = await trial.open(1)
      const [user] = users
      for (let round = 0; round < 3; round++) {
        assert.equal(await user!.tryPut(round), true)
        assert.equal(await user!.tryPut(100), false)
        assert.deepEqual([queue.size, queue.unfinished], [1, 1])
        assert.equal(await user!.get(), round)
        await user!.taskDone()
      }
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testAdd',
    fact: 'fails a put with timeout 0 only if there is no room, and stores nothing',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.open(1)
      const [user] = users
      const items = numbers(trial.capacity)
      for (const item of items) assert.equal(await user!.put(item, { timeout: 0 }), 'stored')
      model.put(...items)
      await full(user!.put(100, { timeout: 0 }))
      assert.deepEqual([queue.size, queue.unfinished], [trial.capacity, trial.capacity])
      assert.deepEqual(await user!.getMany(trial.capacity + 1), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testClear',
    fact: 'is like a new queue after all items are taken and finished',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.open(2)
      const [putter, getter] = users
      for (let round = 0; round < 2; round++) {
        const items = numbers(trial.capacity, round)
        await putter!.putMany(items)
        model.put(...items)
        assert.equal(queue.full, true)
        assert.deepEqual(await getter!.getMany(trial.capacity + 1), model.take())
        await getter!.taskDone(trial.capacity)
        assert.deepEqual([queue.size, queue.unfinished, queue.empty, queue.full], [0, 0, true, false])
        await putter!.join({ timeout: 0 })
      }
    },
  },
]

import assert from 'node:assert/strict'
import { type Behaviour, fails, full } from '../behaviour.ts'
import { millrace } from '../library.ts'
import { numbers } from '../model.ts'

const { EMPTY } = millrace

/** How much a queue holds, and what it tells of that. */
export const capacity: readonly Behaviour[] = [
  {
    source: 'CPython test_nowait',
    fact: 'refuses at once the put beyond maxsize, and the get from nothing',
    capacity: 'each',
    async run(scene) {
      const { users } = await scene.open(2)
      const [putter, getter] = users
      // One alone, the others as one message.
      assert.equal(await putter!.tryPut(0), true)
      await putter!.puts(numbers(scene.capacity - 1), { timeout: 0 })
      assert.equal(await putter!.tryPut(0), false)
      await full(putter!.put(0, { timeout: 0 }))
      assert.notEqual(await getter!.tryGet(), EMPTY)
      await getter!.gets(scene.capacity - 1, { timeout: 0 })
      assert.equal(await getter!.tryGet(), EMPTY)
      await fails(getter!.get({ timeout: 0 }), 'ERR_QUEUE_EMPTY')
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testConstructor1',
    fact: 'reports the maxsize it was made with, and holds exactly so many',
    capacity: 'each',
    async run(scene) {
      const { queue, users } = await scene.open(1)
      const [user] = users
      assert.equal(queue.maxsize, scene.capacity)
      assert.equal(await user!.read('maxsize'), scene.capacity)
      let stored = 0
      while (stored <= scene.capacity && (await user!.tryPut(stored))) stored++
      assert.equal(stored, scene.capacity)
      assert.equal(await user!.read('maxsize'), scene.capacity)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testConstructor2',
    fact: 'cannot be made with a maxsize of 0, below, beyond the largest, or that is no integer',
    capacity: 1,
    async run(scene) {
      const { users } = await scene.open(1)
      const [user] = users
      const { maxMaxsize } = scene.kind
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
    fact: 'is empty before the first put, and full with the last that fits, for every user',
    capacity: 'each',
    async run(scene) {
      const { users } = await scene.open(2)
      const [putter, other] = users
      const told = async () => [await other!.read('empty'), await other!.read('full')]
      assert.deepEqual(await told(), [true, false])
      await putter!.put(1)
      assert.deepEqual(await told(), [false, scene.capacity === 1])
      if (scene.capacity > 2) await putter!.puts(numbers(scene.capacity - 2))
      if (scene.capacity > 1) {
        assert.deepEqual(await told(), [false, false])
        await putter!.put(2)
      }
      assert.deepEqual(await told(), [false, true])
      await other!.get()
      assert.deepEqual(await told(), [scene.capacity === 1, false])
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testRemainingCapacity',
    fact: 'tells its size as items come and go',
    capacity: 'each',
    async run(scene) {
      const { queue, users } = await scene.open(2)
      const [putter, getter] = users
      const half = Math.floor(scene.capacity / 2)
      const sizes = async () => [queue.size, await putter!.read('size'), await getter!.read('size')]
      const are = async (size: number) => assert.deepEqual(await sizes(), [size, size, size])
      await are(0)
      await putter!.puts(numbers(half))
      await are(half)
      await putter!.puts(numbers(scene.capacity - half))
      await are(scene.capacity)
      await getter!.gets(half)
      await are(scene.capacity - half)
      await getter!.gets(scene.capacity - half)
      await are(0)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testOffer',
    fact: 'answers tryPut with true where there was room, and false where not, storing nothing',
    capacity: 1,
    async run(scene) {
      const { queue, users } = await scene.open(1)
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
    fact: 'fails a put with timeout 0 only where there is no room, storing nothing',
    capacity: 'each',
    async run(scene) {
      const { queue, users, model } = await scene.open(1)
      const [user] = users
      const items = numbers(scene.capacity)
      for (const item of items) assert.equal(await user!.put(item, { timeout: 0 }), 'stored')
      model.put(...items)
      await full(user!.put(100, { timeout: 0 }))
      assert.deepEqual([queue.size, queue.unfinished], [scene.capacity, scene.capacity])
      assert.deepEqual(await user!.getMany(scene.capacity + 1), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testClear',
    fact: 'is as new when all was taken and finished',
    capacity: 'each',
    async run(scene) {
      const { queue, users, model } = await scene.open(2)
      const [putter, getter] = users
      for (let round = 0; round < 2; round++) {
        const items = numbers(scene.capacity, round)
        await putter!.putMany(items)
        model.put(...items)
        assert.equal(queue.full, true)
        assert.deepEqual(await getter!.getMany(scene.capacity + 1), model.take())
        await getter!.taskDone(scene.capacity)
        assert.deepEqual([queue.size, queue.unfinished, queue.empty, queue.full], [0, 0, true, false])
        await putter!.join({ timeout: 0 })
      }
    },
  },
]

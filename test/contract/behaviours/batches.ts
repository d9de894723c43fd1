import assert from 'node:assert/strict'
import { type Behaviour, ended, fails, full } from '../behaviour.ts'
import { numbers } from '../model.ts'

/** putMany and getMany. */
export const batches: readonly Behaviour[] = [
  {
    source: 'JSR-166 ArrayBlockingQueue testAddAll5',
    fact: 'stores a batch in the order of the batch, and says how many',
    capacity: 'each',
    async run(scene) {
      const { users, model } = await scene.open(2)
      const [putter, getter] = users
      assert.equal(await putter!.putMany([]), 0)
      const items = numbers(scene.capacity)
      assert.equal(await putter!.putMany(items), scene.capacity)
      model.put(...items)
      assert.deepEqual(await getter!.gets(model.size), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testAddAll4',
    fact: 'stores of a batch that is too large what fits, and the error says how many',
    capacity: 'each',
    async run(scene) {
      const { queue, users, model } = await scene.open(2)
      const [putter, getter] = users
      const items = numbers(scene.capacity + 2)
      const error = await full(putter!.putMany(items, { timeout: 0 }))
      assert.equal(error.stored, scene.capacity)
      model.put(...items.slice(0, scene.capacity))
      assert.equal(queue.size, scene.capacity)
      assert.deepEqual(await getter!.getMany(scene.capacity + 2), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testDrainTo',
    fact: 'hands out all it has in one batch, in its order, and then what came after',
    capacity: 'each',
    async run(scene) {
      const { queue, users, model } = await scene.open(2)
      const [putter, getter] = users
      for (const batch of [numbers(scene.capacity), numbers(1), numbers(scene.capacity, 9)]) {
        await putter!.putMany(batch)
        model.put(...batch)
        assert.deepEqual(await getter!.getMany(scene.capacity + 1), model.take())
        assert.equal(queue.size, 0)
        await getter!.taskDone(batch.length)
      }
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testDrainToWithActivePut',
    fact: 'stores the item of a waiting put when a batch makes room',
    capacity: 'each',
    async run(scene) {
      const { queue, users, model } = await scene.open(2)
      const [putter, getter] = users
      const items = numbers(scene.capacity)
      await putter!.putMany(items)
      model.put(...items)
      const put = putter!.put(100)
      await putter!.waits('put')
      const batch = await getter!.getMany(scene.capacity)
      await put
      assert.deepEqual([queue.size, queue.unfinished], [1, scene.capacity + 1])
      const last = await getter!.get()
      const others = [...batch, last].filter((each) => each !== 100)
      assert.deepEqual(others, model.take())
      // A batch takes item by item, so the put may come between; last in, it is first out then.
      if (scene.kind.order !== 'lifo') assert.equal(last, 100)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testDrainToN',
    fact: 'hands out at most so many as are asked for, and leaves the rest',
    capacity: 'each',
    async run(scene) {
      const { queue, users, model } = await scene.open(2)
      const [putter, getter] = users
      const items = numbers(scene.capacity)
      for (const max of new Set([1, Math.ceil(scene.capacity / 2), scene.capacity, scene.capacity + 1])) {
        await putter!.putMany(items)
        model.put(...items)
        assert.deepEqual(await getter!.getMany(max), model.take(Math.min(max, scene.capacity)))
        assert.equal(queue.size, model.size)
        if (model.size > 0) assert.deepEqual(await getter!.getMany(scene.capacity), model.take())
        await getter!.taskDone(scene.capacity)
      }
    },
  },
  {
    source: 'JSR-166 BlockingQueue testDrainToNonPositiveMaxElements',
    fact: 'refuses to hand out 0 or fewer, and keeps what it has',
    capacity: 3,
    async run(scene) {
      const { queue, users, model } = await scene.open(2)
      const [putter, getter] = users
      const items = numbers(3)
      await putter!.putMany(items)
      model.put(...items)
      for (const max of [0, -1, -(2 ** 31), 1.5, Number.NaN]) {
        await fails(getter!.getMany(max), 'ERR_OUT_OF_RANGE')
      }
      assert.deepEqual([queue.size, queue.unfinished], [3, 3])
      assert.deepEqual(await getter!.getMany(3), model.take())
      await putter!.shutdown()
      await getter!.taskDone(3)
      await ended(getter!.getMany(1))
    },
  },
]

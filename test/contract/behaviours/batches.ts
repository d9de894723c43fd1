import assert from 'node:assert/strict'
import { type Behaviour, ended, fails, full } from '../behaviour.ts'
import { numbers } from '../model.ts'

/** Behaviours of putMany and getMany. */
export const batches: readonly Behaviour[] = [
  {
    source: 'JSR-166 ArrayBlockingQueue testAddAll5',
    fact: 'stores a batch in the order of the batch, and says how many',
    capacity: 'each',
    async run(trial) {
      const { users, model } = await trial.open(2)
      const [putter, getter] = users
      assert.equal(await putter!.putMany([]), 0)
      const items = numbers(trial.capacity)
      assert.equal(await putter!.putMany(items), trial.capacity)
      model.put(...items)
      assert.deepEqual(await getter!.gets(model.size), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testAddAll4',
    fact: 'stores as much of a batch as fits, and says in the error how many items',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.open(2)
      const [putter, getter] = users
      const items = numbers(trial.capacity + 2)
      const error = await full(putter!.putMany(items, { timeout: 0 }))
      assert.equal(error.stored, trial.capacity)
      model.put(...items.slice(0, trial.capacity))
      assert.equal(queue.size, trial.capacity)
      assert.deepEqual(await getter!.getMany(trial.capacity + 2), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testDrainTo',
    fact: 'hands out all its items in one batch, in its order, then later ones',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.open(2)
      const [putter, getter] = users
      for (const batch of [numbers(trial.capacity), numbers(1), numbers(trial.capacity, 9)]) {
        await putter!.putMany(batch)
        model.put(...batch)
        assert.deepEqual(await getter!.getMany(trial.capacity + 1), model.take())
        assert.equal(queue.size, 0)
        await getter!.taskDone(batch.length)
      }
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testDrainToWithActivePut',
    fact: 'stores the item of a waiting put when a batch makes room',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.openFull(2)
      const [putter, getter] = users
      const put = putter!.put(100)
      await putter!.waits('put')
      const batch = await getter!.getMany(trial.capacity)
      await put
      assert.deepEqual([queue.size, queue.unfinished], [1, trial.capacity + 1])
      const last = await getter!.get()
      const others = [...batch, last].filter((each) => each !== 100)
      assert.deepEqual(others, model.take())
      // A batch takes one item after the other, so the put may come between. In a LIFO queue its item comes
      // next then.
      if (trial.kind.order !== 'lifo') assert.equal(last, 100)
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testDrainToN',
    fact: 'hands out at most as many items as requested, and keeps the rest',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.open(2)
      const [putter, getter] = users
      const items = numbers(trial.capacity)
      for (const max of new Set([1, Math.ceil(trial.capacity / 2), trial.capacity, trial.capacity + 1])) {
        await putter!.putMany(items)
        model.put(...items)
        assert.deepEqual(await getter!.getMany(max), model.take(Math.min(max, trial.capacity)))
        assert.equal(queue.size, model.size)
        if (model.size > 0) assert.deepEqual(await getter!.getMany(trial.capacity), model.take())
        await getter!.taskDone(trial.capacity)
      }
    },
  },
  {
    source: 'JSR-166 BlockingQueue testDrainToNonPositiveMaxElements',
    fact: 'refuses a request for 0 or fewer items, and keeps all',
    capacity: 3,
    async run(trial) {
      const { queue, users, model } = await trial.open(2)
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

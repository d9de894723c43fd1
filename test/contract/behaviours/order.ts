import assert from 'node:assert/strict'
import { randomNumbers } from '../../support/random.mjs'
import { type Behaviour, empty, full, timesOut } from '../behaviour.ts'
import { millrace } from '../library.ts'
import { numbers } from '../model.ts'

const { EMPTY } = millrace

/** Behaviours of the order of items. */
export const order: readonly Behaviour[] = [
  {
    source: 'CPython test_basic',
    fact: 'fills and empties twice, in its order, waiting on both sides',
    capacity: 'each',
    async run(trial) {
      const { capacity } = trial
      const { queue, users, model } = await trial.open(2)
      const [putter, getter] = users
      for (let round = 0; round < 2; round++) {
        assert.deepEqual([queue.size, queue.empty, queue.full], [0, true, false])
        const items = numbers(capacity + 2, round * 7)
        await putter!.puts(items.slice(0, capacity - 1))
        assert.deepEqual([queue.size, queue.empty, queue.full], [capacity - 1, capacity === 1, false])
        await putter!.puts(items.slice(capacity - 1, capacity))
        assert.deepEqual([queue.size, queue.empty, queue.full], [capacity, false, true])
        model.put(...items.slice(0, capacity))
        const [late, last] = items.slice(capacity) as [number, number]
        assert.equal(await putter!.tryPut(late), false)
        await full(putter!.put(late, { timeout: 0 }))
        if (round === 0) await timesOut(() => putter!.put(late, { timeout: 2 }), 'ERR_QUEUE_FULL', 2)
        const put = putter!.put(late)
        await putter!.waits('put')
        assert.equal(await getter!.get(), model.get())
        await put
        model.put(late)
        assert.deepEqual(await getter!.gets(capacity), model.take())
        assert.equal(await getter!.tryGet(), EMPTY)
        await empty(getter!.get({ timeout: 0 }))
        if (round === 0) await timesOut(() => getter!.get({ timeout: 2 }), 'ERR_QUEUE_EMPTY', 2)
        const get = getter!.get()
        await getter!.waits('get')
        await putter!.put(last)
        assert.equal(await get, last)
        await getter!.taskDone(capacity + 2)
      }
      assert.equal(queue.unfinished, 0)
    },
  },
  {
    source: 'CPython SimpleQueue test_basic',
    fact: 'returns by every form of get the items of every form of put',
    capacity: 4,
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [putter, getter] = users
      const puts: ((item: number) => Promise<unknown>)[] = [
        (item) => putter!.put(item),
        (item) => putter!.put(item, { timeout: 100 }),
        (item) => putter!.put(item, { timeout: 0 }),
        (item) => putter!.tryPut(item),
        (item) => putter!.putMany([item]),
      ]
      const gets: (() => Promise<unknown>)[] = [
        () => getter!.get(),
        () => getter!.get({ timeout: 100 }),
        () => getter!.get({ timeout: 0 }),
        () => getter!.tryGet(),
        async () => (await getter!.getMany(3))[0],
      ]
      let item = 0
      for (const put of puts) {
        for (const get of gets) {
          await put(++item)
          assert.equal(queue.size, 1)
          assert.equal(await get(), item)
          assert.deepEqual([queue.size, queue.unfinished], [0, 1])
          await getter!.taskDone()
        }
        await put(++item)
        assert.equal(await getter!.take(), item)
        assert.equal(queue.unfinished, 0)
      }
    },
  },
  {
    source: 'CPython SimpleQueue test_order',
    fact: 'keeps its order when puts and gets alternate',
    capacity: 'each',
    async run(trial) {
      const { capacity } = trial
      const { queue, users, model } = await trial.open(2)
      const [putter, getter] = users
      const random = randomNumbers(capacity)
      for (let round = 0, item = 0; round < 6; round++) {
        const coming = Array.from(
          { length: random(capacity - model.size + 1) },
          () => random(1000) * 1000 + item++,
        )
        await putter!.putMany(coming)
        model.put(...coming)
        const wanted = random(model.size + 1)
        assert.deepEqual(await getter!.gets(wanted), model.take(wanted))
        if (wanted > 0) await getter!.taskDone(wanted)
        assert.equal(queue.size, model.size)
      }
      if (model.size > 0) assert.deepEqual(await getter!.getMany(capacity), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testTake',
    fact: 'hands out all its items, in its order',
    capacity: 'each',
    async run(trial) {
      const { users, model } = await trial.open(2)
      const [putter, getter] = users
      const items = numbers(trial.capacity)
      await putter!.putMany(items)
      model.put(...items)
      assert.deepEqual(await getter!.gets(items.length), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testPut',
    fact: 'stores items without a wait while there is room',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.open(1)
      const [user] = users
      const items = numbers(trial.capacity)
      await user!.puts(items)
      model.put(...items)
      assert.deepEqual([queue.size, queue.unfinished], [trial.capacity, trial.capacity])
      assert.deepEqual(await user!.getMany(trial.capacity), model.take())
    },
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testPoll',
    fact: 'answers tryGet in its order, and EMPTY after the last',
    capacity: 'each',
    async run(trial) {
      const { users, model } = await trial.openFull(2)
      const [putter, getter] = users
      while (model.size > 0) assert.equal(await getter!.tryGet(), model.get())
      assert.equal(await getter!.tryGet(), EMPTY)
      assert.equal(await putter!.tryGet(), EMPTY)
    },
  },
]

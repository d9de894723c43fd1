import assert from 'node:assert/strict'
import { type Behaviour, ended, fails } from '../behaviour.ts'
import { numbers } from '../model.ts'
import { allWait } from '../trial.ts'
import type { User } from '../users.ts'

/** A timeout that is never reached. */
const LONG_MS = 60_000

async function refusesPuts(user: User): Promise<void> {
  await ended(user.put(9))
  await ended(user.put(9, { timeout: 0 }))
  await ended(user.put(9, { timeout: LONG_MS }))
  await ended(user.tryPut(9))
  await ended(user.putMany([9]))
}

async function refusesGets(user: User): Promise<void> {
  await ended(user.get())
  await ended(user.get({ timeout: 0 }))
  await ended(user.get({ timeout: LONG_MS }))
  await ended(user.tryGet())
  await ended(user.getMany(2))
  await ended(user.take())
  assert.deepEqual(await user.iterate(), [])
}

/** Behaviours of the end of a queue, as in Python 3.13. */
export const shutdown: readonly Behaviour[] = [
  {
    source: 'CPython test_shutdown_empty',
    fact: 'refuses puts and gets after a shutdown while empty, for every user',
    capacity: 'each',
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [user, other] = users
      await user!.shutdown()
      assert.deepEqual([queue.isShutDown, await other!.read('isShutDown')], [true, true])
      for (const each of [user!, other!]) {
        await refusesPuts(each)
        await refusesGets(each)
      }
    },
  },
  {
    source: 'CPython test_shutdown_nonempty',
    fact: 'hands out its items after a shutdown, in its order, then refuses gets',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.openFull(2)
      const [putter, getter] = users
      await putter!.shutdown()
      await refusesPuts(putter!)
      assert.equal(queue.size, trial.capacity)
      assert.deepEqual(await getter!.gets(model.size), model.take())
      await getter!.taskDone(trial.capacity)
      await refusesGets(getter!)
    },
  },
  {
    source: 'CPython test_shutdown_immediate',
    fact: 'discards its items at an immediate shutdown, and counts them as finished',
    capacity: 'each',
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [putter, getter] = users
      await putter!.putMany(numbers(trial.capacity))
      await getter!.get()
      await putter!.shutdown({ immediate: true })
      assert.deepEqual([queue.size, queue.unfinished], [0, 1])
      await refusesPuts(putter!)
      await refusesGets(getter!)
      await getter!.taskDone()
      assert.equal(queue.unfinished, 0)
    },
  },
  {
    source: 'CPython test_shutdown_allowed_transitions',
    fact: 'goes from open to shut down to shut down immediately, and never back',
    capacity: 4,
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [user, other] = users
      const state = () => [queue.isShutDown, queue.stats().shutDown, queue.size]
      await user!.putMany([1, 2])
      assert.deepEqual(state(), [false, 'no', 2])
      await user!.shutdown()
      assert.deepEqual(state(), [true, 'drain', 2])
      await other!.shutdown({ immediate: false })
      assert.deepEqual(state(), [true, 'drain', 2])
      await other!.shutdown({ immediate: true })
      assert.deepEqual(state(), [true, 'immediate', 0])
      await user!.shutdown({ immediate: true })
      await user!.shutdown({ immediate: false })
      await user!.shutdown()
      assert.deepEqual(state(), [true, 'immediate', 0])
      await refusesPuts(user!)
      await refusesGets(other!)
    },
  },
  {
    source: 'CPython test_shutdown_all_methods_in_one_thread',
    fact: 'lets one user get, finish, join and read properties after a shutdown, but not put',
    capacity: 4,
    async run(trial) {
      const { queue, users, model } = await trial.open(1)
      const [user] = users
      const items = numbers(4)
      await user!.putMany(items)
      model.put(...items)
      await user!.shutdown()
      await refusesPuts(user!)
      assert.deepEqual(
        [await user!.read('size'), await user!.read('empty'), await user!.read('full')],
        [4, false, true],
      )
      assert.equal(await user!.get(), model.get())
      assert.equal(await user!.tryGet(), model.get())
      await user!.taskDone(2)
      assert.deepEqual(await user!.iterate(), model.take())
      await refusesGets(user!)
      await fails(user!.taskDone(), 'ERR_TASK_DONE')
      await user!.join()
      await user!.shutdown()
      assert.deepEqual([queue.size, queue.unfinished, queue.empty, queue.full], [0, 0, true, false])
    },
  },
  {
    source: 'CPython test_shutdown_immediate_all_methods_in_one_thread',
    fact: 'lets one user join and read properties after an immediate shutdown, but not put, get or finish',
    capacity: 4,
    async run(trial) {
      const { users } = await trial.open(1)
      const [user] = users
      await user!.putMany([1, 2, 3, 4])
      await user!.shutdown({ immediate: true })
      await refusesPuts(user!)
      await refusesGets(user!)
      await fails(user!.taskDone(), 'ERR_TASK_DONE')
      await user!.join()
      await user!.shutdown({ immediate: true })
      const told = [await user!.read('size'), await user!.read('unfinished'), await user!.read('empty')]
      assert.deepEqual(told, [0, 0, true])
    },
  },
  {
    source: 'CPython test_shutdown_get',
    fact: 'ends exactly one of three waiting takers when two items and a shutdown come',
    capacity: 'each',
    async run(trial) {
      const { queue, users } = await trial.open(4)
      const [putter, ...takers] = users
      const gets = takers.map(async (taker) => {
        const item = await taker.get()
        await taker.taskDone()
        return item
      })
      const outcomes = Promise.allSettled(gets)
      await allWait(takers, 'get')
      await putter!.putMany([1, 2])
      await putter!.shutdown()
      const told = []
      const got = []
      for (const outcome of await outcomes) {
        if (outcome.status === 'fulfilled') got.push(outcome.value)
        else told.push(outcome.reason.code)
      }
      assert.deepEqual(got.sort(), [1, 2])
      assert.deepEqual(told, ['ERR_QUEUE_SHUT_DOWN'])
      assert.equal(queue.unfinished, 0)
    },
  },
  {
    source: 'CPython test_shutdown_immediate_get',
    fact: 'ends every get at an immediate shutdown, waiting ones and later ones of a filled queue',
    capacity: 3,
    async run(trial) {
      const { users } = await trial.open(4)
      const [putter, ...takers] = users
      const waiting = takers.map((taker) => ended(taker.get()))
      await allWait(takers, 'get')
      await putter!.shutdown({ immediate: true })
      await Promise.all(waiting)
      const second = await trial.open(4)
      await second.users[0]!.putMany([1, 2, 3])
      await second.users[0]!.shutdown({ immediate: true })
      await Promise.all(second.users.map((taker) => ended(taker.get())))
    },
  },
  {
    source: 'CPython test_shutdown_put',
    fact: 'fails all waiting puts at a shutdown, and keeps its items',
    capacity: 'each',
    async run(trial) {
      const { queue, users, model } = await trial.openFull(3)
      const [getter, ...putters] = users
      const puts = putters.map((putter) => ended(putter.put(200)))
      await allWait(putters, 'put')
      await getter!.shutdown()
      await Promise.all(puts)
      assert.deepEqual([queue.size, queue.unfinished], [trial.capacity, trial.capacity])
      assert.deepEqual(await getter!.getMany(trial.capacity + 1), model.take())
    },
  },
  {
    source: 'CPython test_shutdown_immediate_put',
    fact: 'fails all waiting puts at an immediate shutdown, and is empty then',
    capacity: 'each',
    async run(trial) {
      const { queue, users } = await trial.open(3)
      const [getter, ...putters] = users
      await getter!.putMany(numbers(trial.capacity))
      const puts = putters.map((putter) => ended(putter.put(200)))
      await allWait(putters, 'put')
      await getter!.shutdown({ immediate: true })
      await Promise.all(puts)
      assert.deepEqual([queue.size, queue.unfinished], [0, 0])
    },
  },
  {
    source: 'CPython test_shutdown_pending_get',
    fact: 'ends a get that waits at an empty queue when it is shut down',
    capacity: 'each',
    async run(trial) {
      const { users } = await trial.open(2)
      const [taker, other] = users
      const get = ended(taker!.get())
      await taker!.waits('get')
      await other!.shutdown()
      await get
      await refusesGets(taker!)
    },
  },
]

import assert from 'node:assert/strict'
import { type Behaviour, fails } from '../behaviour.ts'
import { allWait } from '../trial.ts'
import { quiet } from '../users.ts'

const beyond = (call: Promise<unknown>) => fails(call, 'ERR_TASK_DONE')

/** Behaviours of taskDone and join. */
export const completion: readonly Behaviour[] = [
  {
    source: 'CPython test_queue_task_done',
    fact: 'refuses taskDone for more items than are held',
    capacity: 4,
    async run(trial) {
      const { queue, users } = await trial.open(2)
      const [user, putter] = users
      await beyond(user!.taskDone())
      await putter!.putMany([1, 2, 3])
      await beyond(user!.taskDone())
      await user!.getMany(2)
      await beyond(user!.taskDone(3))
      assert.equal(queue.unfinished, 3)
      await user!.taskDone()
      assert.equal(queue.unfinished, 2)
      await user!.taskDone()
      await beyond(user!.taskDone())
      assert.deepEqual([queue.unfinished, queue.size], [1, 1])
    },
  },
  {
    source: 'CPython test_queue_join',
    fact: 'releases a joiner, twice, when the last item is finished, not when it is empty',
    capacity: 8,
    async run(trial) {
      const { queue, users } = await trial.open(3)
      const [joiner, first, second] = users
      await joiner!.join()
      for (let round = 0; round < 2; round++) {
        await joiner!.putMany([1, 2, 3, 4])
        await fails(first!.join({ timeout: 0 }), 'ERR_WAIT_TIMEOUT')
        let isReleased = false
        const join = quiet(
          joiner!.join().then(() => {
            isReleased = true
          }),
        )
        await joiner!.waits('join')
        for (const getter of [first, second, first, second]) await getter!.get()
        assert.equal(queue.empty, true)
        for (const [index, getter] of [first, first, second].entries()) {
          await getter!.taskDone()
          assert.equal(queue.unfinished, 3 - index)
        }
        await joiner!.waits('join')
        assert.equal(isReleased, false)
        await second!.taskDone()
        await join
        await joiner!.join({ timeout: 0 })
      }
      await beyond(first!.taskDone())
      await beyond(second!.taskDone())
    },
  },
  {
    source: 'CPython test_shutdown_join',
    fact: 'keeps joiners waiting through a shutdown, until all items are finished',
    capacity: 4,
    async run(trial) {
      const { queue, users } = await trial.open(3)
      const [getter, ...joiners] = users
      await getter!.putMany([1, 2])
      const joins = joiners.map((joiner) => joiner.join())
      await allWait(joiners, 'join')
      await getter!.shutdown()
      assert.equal(queue.unfinished, 2)
      await getter!.getMany(2)
      await getter!.taskDone()
      await allWait(joiners, 'join')
      await getter!.taskDone()
      await Promise.all(joins)
    },
  },
  {
    source: 'CPython test_shutdown_immediate_join',
    fact: 'releases joiners at an immediate shutdown, once no thread holds an item',
    capacity: 4,
    async run(trial) {
      for (const held of [0, 1]) {
        const { queue, users } = await trial.open(3)
        const [getter, ...joiners] = users
        await getter!.putMany([1, 2])
        if (held > 0) await getter!.get()
        const joins = joiners.map((joiner) => joiner.join())
        await allWait(joiners, 'join')
        await getter!.shutdown({ immediate: true })
        assert.deepEqual([queue.size, queue.unfinished], [0, held])
        if (held > 0) {
          await allWait(joiners, 'join')
          await getter!.taskDone()
        }
        await Promise.all(joins)
      }
    },
  },
  {
    source: 'CPython test_shutdown_put_join',
    fact: 'fails a waiting put at a shutdown, and keeps the joiner until all items are finished',
    capacity: 2,
    async run(trial) {
      const { queue, users } = await trial.open(3)
      const [putter, joiner, getter] = users
      await getter!.putMany([1, 2])
      const put = fails(putter!.put(3), 'ERR_QUEUE_SHUT_DOWN')
      const join = joiner!.join()
      await putter!.waits('put')
      await joiner!.waits('join')
      await getter!.shutdown()
      await put
      assert.deepEqual([queue.size, queue.unfinished], [2, 2])
      await getter!.getMany(2)
      await getter!.taskDone()
      await joiner!.waits('join')
      await getter!.taskDone()
      await join
    },
  },
  {
    source: 'CPython test_shutdown_immediate_put_join',
    fact: 'fails a waiting put at an immediate shutdown, and releases the joiner',
    capacity: 2,
    async run(trial) {
      const { queue, users } = await trial.open(3)
      const [putter, joiner, third] = users
      await third!.putMany([1, 2])
      const put = fails(putter!.put(3), 'ERR_QUEUE_SHUT_DOWN')
      const join = joiner!.join()
      await putter!.waits('put')
      await joiner!.waits('join')
      await third!.shutdown({ immediate: true })
      await put
      await join
      assert.deepEqual([queue.size, queue.unfinished], [0, 0])
    },
  },
  {
    source: 'CPython test_shutdown_get_task_done_join',
    fact: 'lets threads finish their items after a shutdown, which releases the joiners',
    capacity: 4,
    async run(trial) {
      for (const immediate of [false, true]) {
        const { queue, users } = await trial.open(4)
        const [first, second, ...joiners] = users
        await first!.putMany([1, 2])
        await first!.get()
        await second!.get()
        const joins = joiners.map((joiner) => joiner.join())
        await allWait(joiners, 'join')
        await first!.shutdown({ immediate })
        await first!.taskDone()
        assert.equal(queue.unfinished, 1)
        await allWait(joiners, 'join')
        await second!.taskDone()
        await Promise.all(joins)
      }
    },
  },
]

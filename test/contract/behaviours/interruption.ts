import assert from 'node:assert/strict'
import type { Behaviour } from '../behaviour.ts'
import type { Interruptible } from '../interruptible.ts'
import type { Trial } from '../trial.ts'

const LONG = { timeout: 60_000 }

async function aborted(one: Interruptible): Promise<void> {
  const outcome = await one.outcome()
  assert.ok('error' in outcome, `interrupted, the call ended with ${JSON.stringify(outcome)}`)
  assert.deepEqual([outcome.error.name, outcome.error.code], ['AbortError', 'ABORT_ERR'])
  assert.ok(outcome.error.cause?.message, 'the cause has a message')
}

async function before(trial: Trial, options?: { timeout: number }): Promise<void> {
  const opened = await trial.open(2)
  const { queue, users } = opened
  const [getter, putter] = users
  await putter!.put(1)
  const one = trial.interruptible(opened, 0, 2)
  await one.beginInterrupted('get', [], options)
  await aborted(one)
  assert.deepEqual([queue.size, queue.stats().held], [1, 0])
  assert.equal(await getter!.get(), 1)
}

async function during(trial: Trial, options?: { timeout: number }): Promise<void> {
  const opened = await trial.open(2)
  const { queue, users } = opened
  const [getter, putter] = users
  const one = trial.interruptible(opened, 0, 2)
  one.begin('get', [], options)
  await one.waits('get')
  await one.interrupt()
  await aborted(one)
  const waiting = queue.stats().threads.filter(({ waiting }) => waiting.length > 0)
  assert.deepEqual(waiting, [])
  await putter!.put(1)
  assert.equal(queue.size, 1)
  assert.equal(await getter!.get(), 1)
}

/** Behaviours of waits that are interrupted. */
export const interruption: readonly Behaviour[] = [
  {
    source: 'JSR-166 BlockingQueue testTakeFromEmptyAfterInterrupt',
    fact: 'takes nothing in a get that was interrupted before it began',
    capacity: 2,
    startsThreads: true,
    run: (trial) => before(trial),
  },
  {
    source: 'JSR-166 BlockingQueue testTakeFromEmptyBlocksInterruptibly',
    fact: 'ends a waiting get that is interrupted, and gives later items to others',
    capacity: 2,
    startsThreads: true,
    run: (trial) => during(trial),
  },
  {
    source: 'JSR-166 BlockingQueue testTimedPollFromEmptyAfterInterrupt',
    fact: 'takes nothing in a timed get that was interrupted before it began',
    capacity: 2,
    startsThreads: true,
    run: (trial) => before(trial, LONG),
  },
  {
    source: 'JSR-166 BlockingQueue testTimedPollFromEmptyBlocksInterruptibly',
    fact: 'ends a timed get that is interrupted, before its time, and gives later items to others',
    capacity: 2,
    startsThreads: true,
    run: (trial) => during(trial, LONG),
  },
  {
    source: 'JSR-166 ArrayBlockingQueue testInterruptedTimedPoll',
    fact: 'interrupts a timed get after others were served, and the queue goes on',
    capacity: 3,
    startsThreads: true,
    async run(trial) {
      const opened = await trial.open(2)
      const { queue, users } = opened
      const [getter, putter] = users
      await putter!.putMany([1, 2, 3])
      for (let count = 0; count < 3; count++) await getter!.get(LONG)
      const one = trial.interruptible(opened, 0, 2)
      one.begin('get', [], LONG)
      await one.waits('get')
      await one.interrupt()
      await aborted(one)
      await getter!.taskDone(3)
      await putter!.putMany([4, 5, 6])
      assert.deepEqual([queue.full, queue.unfinished], [true, 3])
      assert.equal((await getter!.getMany(4)).length, 3)
    },
  },
]

import assert from 'node:assert/strict'
import { type Behaviour, fails, full } from '../behaviour.ts'
import { failingCodec, millrace } from '../library.ts'
import { numbers } from '../model.ts'
import type { Trial } from '../trial.ts'
import type { User } from '../users.ts'

const { EMPTY } = millrace
const { failing: codec, UNENCODABLE, UNDECODABLE, CALLS_IN_ENCODE, CALLS_IN_DECODE } = failingCodec

const LONG = { timeout: 60_000 }

/** Puts of an item that has no encoding fail at once, on a full queue too, where they would wait. */
async function refuses(trial: Trial, put: (user: User, number: number) => Promise<unknown>): Promise<void> {
  const { queue, users, model } = await trial.open(2, { codec })
  const [putter, getter] = users
  const items = numbers(trial.capacity)
  const refused = async (size: number) => {
    const error = await fails(put(putter!, UNENCODABLE), 'ERR_CODEC')
    assert.match((error.cause as Error).message, /no bytes for it/)
    assert.deepEqual([queue.size, queue.unfinished], [size, size])
  }
  await refused(0)
  await putter!.putMany(items)
  model.put(...items)
  await refused(trial.capacity)
  assert.deepEqual(await getter!.getMany(trial.capacity + 1), model.take())
}

/** Items and codecs that fail. */
export const badInput: readonly Behaviour[] = [
  {
    source: 'JSR-166 BlockingQueue testOfferNull',
    fact: 'refuses a tryPut of an item that cannot be encoded, empty or full, and stores nothing',
    capacity: 2,
    run: (trial) => refuses(trial, (user, number) => user.tryPut(number)),
  },
  {
    source: 'JSR-166 BlockingQueue testAddNull',
    fact: 'refuses an item that cannot be encoded in a put with timeout 0, for that reason even when full',
    capacity: 2,
    run: (trial) => refuses(trial, (user, number) => user.put(number, { timeout: 0 })),
  },
  {
    source: 'JSR-166 BlockingQueue testPutNull',
    fact: 'refuses an item that cannot be encoded at once where a put would wait',
    capacity: 2,
    async run(trial) {
      await refuses(trial, (user, number) => user.put(number))
      await refuses(trial, (user, number) => user.put(number, LONG))
    },
  },
  {
    source: 'CPython test_failing_queue',
    fact: 'is unharmed by a codec that throws, in puts and gets of every kind, however often',
    capacity: 3,
    async run(trial) {
      const { queue, users, model } = await trial.open(2, { codec })
      const [putter, getter] = users
      const puts: ((number: number) => Promise<unknown>)[] = [
        (number) => putter!.put(number),
        (number) => putter!.put(number, LONG),
        (number) => putter!.tryPut(number),
        (number) => putter!.putMany([number]),
      ]
      const gets: (() => Promise<unknown>)[] = [
        () => getter!.get(),
        () => getter!.get(LONG),
        () => getter!.tryGet(),
        () => getter!.getMany(2),
        () => getter!.take(),
      ]
      for (let round = 0; round < 10; round++) {
        for (const put of puts) await fails(put(UNENCODABLE), 'ERR_CODEC')
        for (const get of gets) {
          await putter!.put(UNDECODABLE)
          const error = await fails(get(), 'ERR_CODEC')
          assert.match((error.cause as Error).message, /nothing to make of it/)
          // No thread holds the item.
          assert.deepEqual([queue.size, queue.unfinished, queue.stats().held], [0, 0, 0])
        }
      }
      const items = numbers(3)
      await putter!.putMany(items)
      model.put(...items)
      await full(putter!.put(1, { timeout: 0 }))
      assert.deepEqual(await getter!.gets(model.size), model.take())
      await getter!.taskDone(3)
      assert.equal(await getter!.tryGet(), EMPTY)
      await putter!.join()
    },
  },
  {
    source: 'CPython SimpleQueue test_references',
    fact: 'reuses the memory of a finished item',
    capacity: 4,
    async run(trial) {
      const itemBytes = 16
      const piece = 4096
      // There is room for 4 items; 40 go through.
      const { queue, users } = await trial.open(2, {
        codec: millrace.codecs.json as never,
        itemBytes,
        maxItemBytes: piece,
        memoryBytes: 4 * piece,
      })
      const [putter, getter] = users
      const item = { number: 1, text: 'x'.repeat(piece - 100) }
      const allFree = () => {
        const { memoryBytes, freeMemoryBytes } = queue.stats()
        return freeMemoryBytes === memoryBytes
      }
      for (let round = 0; round < 10; round++) {
        for (let count = 0; count < 4; count++) assert.equal(await putter!.putRaw(item), 'stored')
        assert.equal(allFree(), false)
        await getter!.getMany(4)
        assert.equal(queue.stats().held, 4)
        await getter!.taskDone(4)
        assert.equal(allFree(), true, 'memory of finished items')
      }
    },
  },
  {
    source: 'CPython SimpleQueue test_reentrancy',
    fact: 'can be used by code that it calls itself: iterables, loops over it, codecs',
    capacity: 8,
    async run(trial) {
      const { queue, users } = await trial.open(1, { codec })
      const [user] = users
      const seen = await user!.reenter()
      assert.deepEqual(seen.ofIterable.toSorted(), [1, 2, 3])
      // An item cannot be put while one is being encoded; the outer put is not harmed.
      assert.deepEqual(seen.ofEncode, { inner: 'ERR_CODEC', got: [CALLS_IN_ENCODE] })
      assert.deepEqual(seen.ofDecode, { inner: true, got: [CALLS_IN_DECODE, 5] })
      assert.deepEqual(seen.ofLoop, [3, 2, 1, 0])
      assert.deepEqual([queue.size, queue.unfinished, queue.isShutDown], [0, 0, true])
    },
  },
]

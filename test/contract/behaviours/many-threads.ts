import assert from 'node:assert/strict'
import type { Behaviour } from '../behaviour.ts'
import type { Loop } from '../library.ts'
import type { Trial } from '../trial.ts'

const WRITERS = 4
/** Items got before the shutdown comes. */
const BEFORE_SHUTDOWN = 4096
/** Items of each writer that ends by itself. */
const EACH = 1024

/** Asserts that each item came once, and in a FIFO queue those of one writer in the order of their puts. */
function assertSound(got: readonly number[][], stored: readonly number[], trial: Trial): void {
  const all = got.flat().sort((a, b) => a - b)
  const total = stored.reduce((sum, count) => sum + count, 0)
  assert.equal(all.length, total, 'as many items as were stored')
  assert.equal(new Set(all).size, total, 'each item once')
  for (const item of all) {
    const writer = item % WRITERS
    assert.ok((item - writer) / WRITERS < (stored[writer] as number), `${item} was stored`)
  }
  assertOrdered(got, trial)
}

function assertOrdered(got: readonly number[][], { kind }: Trial): void {
  if (kind.order !== 'fifo') return
  for (const items of got) {
    const last = new Array<number>(WRITERS).fill(-1)
    for (const item of items) {
      const writer = item % WRITERS
      assert.ok(item > (last[writer] as number), `${item} came after ${last[writer]}`)
      last[writer] = item
    }
  }
}

/** Shuts the queue down while writers put without end, readers get, and joiners wait. */
async function untilShutdown(trial: Trial, immediate: boolean): Promise<void> {
  const { queue, users } = await trial.open(WRITERS + 2 + 6)
  const writers = users.slice(0, WRITERS)
  const joiners = users.slice(WRITERS, WRITERS + 2)
  const readers = users.slice(WRITERS + 2)
  const taken = () => queue.stats().threads.reduce((sum, each) => sum + each.taken, 0)
  // Counts wrap at 2^32. They begin at the first position of the queue.
  const before = taken()
  const writing = writers.map((writer, index) => writer.produce('wait', index, WRITERS))
  const reading = readers.map((reader) => reader.consume('wait'))
  const all = Promise.all([...writing, ...reading])
  const enough = () => (taken() - before) >>> 0 >= BEFORE_SHUTDOWN
  await Promise.race([trial.until(enough, 'many items were taken'), all])
  const joins = joiners.map((joiner) => joiner.join())
  queue.shutdown({ immediate })
  await all
  const stored = await Promise.all(writing)
  const got = await Promise.all(reading)
  await Promise.all(joins)
  assert.ok(got.flat().length >= BEFORE_SHUTDOWN, `only ${got.flat().length} items`)
  assert.deepEqual([queue.size, queue.unfinished, queue.isShutDown], [0, 0, true])
  if (!immediate) return assertSound(got, stored, trial)
  const items = got.flat()
  assert.equal(new Set(items).size, items.length, 'no item twice')
  assertOrdered(got, trial)
}

/** Shuts the queue down after all writers have ended; readers get until then. */
async function untilDone(trial: Trial, how: Loop): Promise<void> {
  const { queue, users } = await trial.open(2 * WRITERS)
  const writers = users.slice(0, WRITERS)
  const writing = writers.map((writer, index) => writer.produce(how, index, WRITERS, EACH))
  const reading = users.slice(WRITERS).map((reader) => reader.consume(how))
  const stored = await Promise.all(writing)
  assert.deepEqual(stored, Array(WRITERS).fill(EACH))
  queue.shutdown()
  assertSound(await Promise.all(reading), stored, trial)
  assert.deepEqual([queue.size, queue.unfinished], [0, 0])
}

/** Behaviours with many users at the same time. */
export const manyThreads: readonly Behaviour[] = [
  {
    source: 'CPython test_shutdown_all_methods_in_many_threads',
    fact: 'is shut down among 4 writers, 6 readers and 2 joiners: each stored item is got once, and all users end',
    capacity: 64,
    run: (trial) => untilShutdown(trial, false),
  },
  {
    source: 'CPython test_shutdown_immediate_all_methods_in_many_threads',
    fact: 'is shut down immediately among 4 writers, 6 readers and 2 joiners: no item is got twice, and all users end',
    capacity: 64,
    run: (trial) => untilShutdown(trial, true),
  },
  {
    source: 'CPython SimpleQueue test_many_threads',
    fact: 'hands each item of 4 waiting writers to one of 4 waiting readers',
    capacity: 7,
    run: (trial) => untilDone(trial, 'wait'),
  },
  {
    source: 'CPython SimpleQueue test_many_threads_nonblock',
    fact: 'hands each item of 4 writers to one of 4 readers that never wait',
    capacity: 7,
    run: (trial) => untilDone(trial, 'poll'),
  },
  {
    source: 'CPython SimpleQueue test_many_threads_timeout',
    fact: 'hands each item of 4 writers to one of 4 readers whose waits time out',
    capacity: 7,
    run: (trial) => untilDone(trial, 'timeout'),
  },
]

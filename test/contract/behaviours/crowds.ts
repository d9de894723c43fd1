import assert from 'node:assert/strict'
import type { Behaviour } from '../behaviour.ts'
import type { Loop } from '../library.ts'
import type { Scene } from '../scene.ts'

const WRITERS = 4
/** Items got before the shutdown comes. */
const BEFORE_SHUTDOWN = 4096
/** Items of each writer that is let finish. */
const EACH = 1024

/** Each once, and, where that is promised, those of one writer in the order they were put. */
function assertSound(got: readonly number[][], stored: readonly number[], scene: Scene): void {
  const all = got.flat().sort((a, b) => a - b)
  const total = stored.reduce((sum, count) => sum + count, 0)
  assert.equal(all.length, total, 'as many as were stored')
  assert.equal(new Set(all).size, total, 'each once')
  for (const item of all) {
    const writer = item % WRITERS
    assert.ok((item - writer) / WRITERS < (stored[writer] as number), `${item} was stored`)
  }
  assertOrdered(got, scene)
}

function assertOrdered(got: readonly number[][], { kind }: Scene): void {
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

/** Writers put without end, readers get, joiners wait; then it is shut down. */
async function untilShutdown(scene: Scene, immediate: boolean): Promise<void> {
  const { queue, users } = await scene.open(WRITERS + 2 + 6)
  const writers = users.slice(0, WRITERS)
  const joiners = users.slice(WRITERS, WRITERS + 2)
  const readers = users.slice(WRITERS + 2)
  const taken = () => queue.stats().threads.reduce((sum, each) => sum + each.taken, 0)
  // Counts go round at 2^32, and do not begin at 0 where the queue does not.
  const before = taken()
  const writing = writers.map((writer, index) => writer.produce('wait', index, WRITERS))
  const reading = readers.map((reader) => reader.consume('wait'))
  const all = Promise.all([...writing, ...reading])
  const enough = () => (taken() - before) >>> 0 >= BEFORE_SHUTDOWN
  await Promise.race([scene.until(enough, 'many items were taken'), all])
  const joins = joiners.map((joiner) => joiner.join())
  queue.shutdown({ immediate })
  await all
  const stored = await Promise.all(writing)
  const got = await Promise.all(reading)
  await Promise.all(joins)
  assert.ok(got.flat().length >= BEFORE_SHUTDOWN, `only ${got.flat().length} items`)
  assert.deepEqual([queue.size, queue.unfinished, queue.isShutDown], [0, 0, true])
  if (!immediate) return assertSound(got, stored, scene)
  const items = got.flat()
  assert.equal(new Set(items).size, items.length, 'none twice')
  assertOrdered(got, scene)
}

/** Writers put so many and end, readers get until the shutdown. */
async function untilDone(scene: Scene, how: Loop): Promise<void> {
  const { queue, users } = await scene.open(2 * WRITERS)
  const writers = users.slice(0, WRITERS)
  const writing = writers.map((writer, index) => writer.produce(how, index, WRITERS, EACH))
  const reading = users.slice(WRITERS).map((reader) => reader.consume(how))
  const stored = await Promise.all(writing)
  assert.deepEqual(stored, Array(WRITERS).fill(EACH))
  queue.shutdown()
  assertSound(await Promise.all(reading), stored, scene)
  assert.deepEqual([queue.size, queue.unfinished], [0, 0])
}

/** Many users at once. */
export const crowds: readonly Behaviour[] = [
  {
    source: 'CPython test_shutdown_all_methods_in_many_threads',
    fact: 'is shut down among 4 writers, 6 readers and 2 joiners: what was stored is got once, and all end',
    capacity: 64,
    run: (scene) => untilShutdown(scene, false),
  },
  {
    source: 'CPython test_shutdown_immediate_all_methods_in_many_threads',
    fact: 'is shut down immediately among 4 writers, 6 readers and 2 joiners: nothing is got twice, and all end',
    capacity: 64,
    run: (scene) => untilShutdown(scene, true),
  },
  {
    source: 'CPython SimpleQueue test_many_threads',
    fact: 'hands each item of 4 waiting writers to one of 4 waiting readers',
    capacity: 7,
    run: (scene) => untilDone(scene, 'wait'),
  },
  {
    source: 'CPython SimpleQueue test_many_threads_nonblock',
    fact: 'hands each item of 4 writers to one of 4 readers that never wait',
    capacity: 7,
    run: (scene) => untilDone(scene, 'poll'),
  },
  {
    source: 'CPython SimpleQueue test_many_threads_timeout',
    fact: 'hands each item of 4 writers to one of 4 readers whose waits lapse',
    capacity: 7,
    run: (scene) => untilDone(scene, 'timeout'),
  },
]

/**
 * Deaths that need a setting of their own. Each runs in a process that must end by itself. Argument: the name
 * of the case.
 */
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { threadId, Worker } from 'node:worker_threads'
import { ledgerAt } from '../../src/core/geometry.ts'
import {
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_STATE,
  HELD,
  LEDGERS_USED,
  OWNER,
  RECOVERER,
} from '../../src/core/words/offsets.ts'
import type { DeadLetter, Queue } from '../../src/index.ts'
import { dataOf } from '../../src/queue/attachment/handle.ts'
import { until, within } from '../support/deadline.ts'
import { WAYS, type Way } from './cells.ts'
import { equal } from './equal.ts'
import { Marks } from './marks.ts'

type Item = { number: number; body: string }

const item = (number: number): Item => ({ number, body: 'body' })

async function library() {
  return (await import('./library.ts')).millrace
}

async function queueOf(count: number, options: object = {}): Promise<Queue<Item>> {
  const { Queue } = await library()
  const queue = new Queue<Item>({ maxInFlight: 600, ...options })
  for (let number = 1; number <= count; number++) queue.tryPut(item(number))
  return queue
}

function start(fixture: string, workerData: unknown, resourceLimits = {}): Worker {
  const url = new URL(`./fixtures/${fixture}`, import.meta.url)
  return new Worker(url, { workerData, execArgv: [], resourceLimits }).on('error', () => {})
}

function victimData(queue: Queue<Item>, marks: Marks, role: string, way: Way, count: number) {
  return { handle: queue.handle, marks: marks.shared, role, way, count, first: 1, after: 0, body: 'body' }
}

/** Starts two threads that hold an item each. They iterate once the gate is open. */
async function twoIterators(queue: Queue<Item>) {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const threads = [0, 1].map(() => start('iterator.mjs', { handle: queue.handle, gate }))
  await Promise.all(threads.map((thread) => within(once(thread, 'message'), 'both hold')))
  const iterated: number[] = []
  for (const thread of threads) thread.on('message', (number: number) => iterated.push(number))
  const ends = threads.map((thread) => once(thread, 'exit'))
  const open = () => {
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
  }
  return { threads, ends, open, iterated }
}

/** The first thread to end returns its item. The other may still get it; the rest comes to a later taker. */
async function allComeBack(queue: Queue<Item>, iterated: readonly number[]): Promise<void> {
  const numbers = [...iterated]
  const rest = async () => {
    for await (const { number } of queue) numbers.push(number)
  }
  await within(rest(), 'the later taker ends')
  equal(numbers.sort(), [1, 2])
  await queue.join({ timeout: 5000 })
}

/** Starts a thread that holds `count` items. */
async function holder(queue: Queue<Item>, count: number): Promise<Worker> {
  const marks = new Marks()
  const worker = start('victim.mjs', victimData(queue, marks, 'get', 'terminate', count))
  await until(() => marks.state > 0, 'the thread holds its items')
  return worker
}

const cases: Record<string, () => Promise<void>> = {
  async 'the last holder dies after shutdown while a taker waits'() {
    const queue = await queueOf(1)
    const last = await holder(queue, 1)
    queue.shutdown()
    const taker = queue[Symbol.asyncIterator]()
    const next = taker.next()
    await last.terminate()
    equal(await within(next, 'the item comes back'), { done: false, value: item(1) })
    equal(await within(taker.next(), 'the taker ends'), { done: true, value: undefined })
    await queue.join({ timeout: 5000 })
  },

  async 'the last holder dies after shutdown when every taker has left'() {
    const queue = await queueOf(1)
    const last = await holder(queue, 1)
    queue.shutdown()
    equal(queue.empty, true)
    await last.terminate()
    const joined = queue.join({ timeout: 5000 })
    equal(queue.unfinished, 1)
    equal(await queue.get({ timeout: 5000 }), item(1))
    queue.taskDone()
    await joined
  },

  async 'two iterators that hold and wait for each other end'() {
    const queue = await queueOf(2)
    const { ends, open, iterated } = await twoIterators(queue)
    queue.shutdown()
    open()
    await within(Promise.all(ends), 'both end')
    await allComeBack(queue, iterated)
  },

  async 'one of two iterators that wait for each other dies'() {
    const queue = await queueOf(2)
    const { threads, ends, open, iterated } = await twoIterators(queue)
    queue.shutdown()
    open()
    await threads[0]?.terminate()
    await within(Promise.all(ends), 'the other ends')
    await allComeBack(queue, iterated)
  },

  async 'a parent dies while it recovers its child’s ledger'() {
    let midway = 0
    for (let round = 0; round < 4; round++) midway += (await recoveringParentDies()) ? 1 : 0
    console.log(`${midway} of 4 died midway`)
    if (midway === 0) throw new Error('no parent died in the middle of its recovery')
  },

  async 'an item that kills every thread which takes it goes to the dead letters'() {
    for (const way of WAYS) await poison(way)
  },

  async 'a thread that only waits for dead letters gets the letter of an item which killed its last taker'() {
    const { Queue } = await library()
    const letters = new Queue<DeadLetter<Item>>()
    const queue = await queueOf(1, { maxDeliveries: 1, deadLetters: letters })
    start('victim.mjs', victimData(queue, new Marks(), 'take', 'exit', 1))
    equal((await letters.get({ timeout: 10_000 })).item, item(1))
  },

  async 'dead letters without room arrive after their thread has ended and their queue is collected'() {
    const { Queue } = await library()
    const letters = new Queue<DeadLetter<Item>>({ maxsize: 1 })
    const exit = await (async () => {
      const queue = await queueOf(5, { deadLetters: letters })
      const worker = start('failing.mjs', { handle: queue.handle, count: 5 })
      const exit = once(worker, 'exit')
      await within(once(worker, 'message'), 'all are dead-lettered')
      return exit
    })()
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    const numbers: (number | undefined)[] = []
    for (let count = 0; count < 5; count++) {
      numbers.push((await letters.get({ timeout: 10_000 })).item?.number)
      letters.taskDone()
      await exit
      collect()
    }
    equal(numbers.sort(), [1, 2, 3, 4, 5])
  },

  async 'a thread that has done its work ends by itself'() {
    const queue = await queueOf(3)
    const worker = start('worker.mjs', { handle: queue.handle, count: 3 })
    const [code] = await within(once(worker, 'exit'), 'the thread ends')
    equal(code, 0)
    await queue.join({ timeout: 5000 })
  },

  async 'an awaited get keeps the process'() {
    const queue = await queueOf(0)
    // An unref'd timer fires only if something else keeps the process.
    setTimeout(() => queue.tryPut(item(1)), 300).unref()
    equal(await queue.get(), item(1))
  },

  async 'an awaited get keeps the process after a death'() {
    const queue = await queueOf(1)
    const last = await holder(queue, 1)
    await last.terminate()
    await queue.get({ timeout: 5000 })
    setTimeout(() => queue.tryPut(item(2)), 300).unref()
    equal(await queue.get(), item(2))
  },

  async 'a pending get of a dead thread does not keep the process'() {
    const queue = await queueOf(0)
    const marks = new Marks()
    const worker = start('victim.mjs', victimData(queue, marks, 'awaiting get', 'terminate', 0))
    await until(() => marks.state > 0, 'it waits')
    await worker.terminate()
    equal(queue.stats().threads.length, 1)
  },

  async 'a thread that loads millrace before the main thread keeps its item'() {
    const late = start('attaches-first.mjs', undefined)
    await within(once(late, 'message'), 'the thread has made a queue')
    await library()
    const answer = once(late, 'message')
    late.postMessage('make another')
    const [{ held, unfinished }] = await within(answer, 'the thread has held an item for a while')
    equal({ held, unfinished }, { held: 1, unfinished: 0 })
    await late.terminate()
  },
}

/** True if the parent died after it took over the ledger and before it had requeued all its items. */
async function recoveringParentDies(): Promise<boolean> {
  const count = 600
  // A failure history makes recovery slow: each item's failure is recorded.
  const queue = await queueOf(count, { maxDeliveries: 5, maxThreads: 3 })
  const marks = new Marks()
  const child = victimData(queue, marks, 'get', 'exit', count)
  const parent = start('parent.mjs', { child, knowing: true, limits: {} })
  const { memory, geometry } = dataOf(queue.handle)
  const words = new Int32Array(memory.buffer)
  const ledgers = () =>
    Array.from({ length: Atomics.load(words, LEDGERS_USED >> 2) }, (_, index) => ledgerAt(geometry, index))
  const load = (at: number) => Atomics.load(words, at >> 2)
  const heldIn = (ledger: number) =>
    Array.from({ length: count }, (_, index) => ledger + ENTRIES + (index + 1) * ENTRY_BYTES).filter(
      (entry) => load(entry + ENTRY_STATE) === HELD,
    ).length
  // This thread runs no event handler from here on, so the parent is the recoverer.
  blockUntil(() => marks.state > 0, 'the child holds')
  let recovered: number | undefined
  blockUntil(() => {
    recovered = ledgers().find((ledger) => load(ledger + RECOVERER) === parent.threadId + 1)
    // No such ledger: the parent may have recovered all already.
    return recovered !== undefined || !ledgers().some((ledger) => load(ledger + OWNER) > parent.threadId + 1)
  }, 'the parent recovers')
  const end = parent.terminate()
  // The parent stops some time after the order. Then the entries stay as they are: this thread still runs no
  // handler.
  let left = -1
  let since = 0
  blockUntil(() => {
    const now = recovered === undefined ? 0 : heldIn(recovered)
    if (now !== left) since = performance.now()
    left = now
    return now === 0 || performance.now() - since > 30
  }, 'the parent stops')
  await within(end, 'the parent ends')
  const numbers = new Set<number>()
  for (let got = 0; got < count; got++) {
    numbers.add((await queue.get({ timeout: 5000 })).number)
    queue.taskDone()
  }
  equal(numbers.size, count)
  await queue.join({ timeout: 5000 })
  await until(() => queue.stats().threads.length === 1, 'the ledgers are free')
  return left > 0
}

/** Polls the condition, and lets the event loop run nothing. */
function blockUntil(condition: () => boolean, what: string): void {
  const deadline = performance.now() + 10_000
  while (!condition()) if (performance.now() > deadline) throw new Error(`not in time: ${what}`)
}

async function poison(way: Way): Promise<void> {
  const { Queue } = await library()
  const letters = new Queue<DeadLetter<Item>>()
  const queue = await queueOf(1, { maxDeliveries: 3, deadLetters: letters })
  const threads: number[] = []
  for (let death = 0; death < 3; death++) {
    const marks = new Marks()
    const limits = way === 'memory' ? { maxOldGenerationSizeMb: 12, maxYoungGenerationSizeMb: 2 } : {}
    const worker = start('victim.mjs', victimData(queue, marks, 'take', way, 1), limits)
    threads.push(worker.threadId)
    // once() would reject with the error of the victim.
    const exit = new Promise((resolve) => worker.once('exit', resolve))
    if (way === 'terminate' || way === 'endless') {
      await until(() => marks.state === 2, 'the victim holds the item')
      await worker.terminate()
    }
    await within(exit, 'the victim dies')
  }
  const joined = queue.join({ timeout: 5000 })
  const letter = await letters.get({ timeout: 5000 })
  await joined
  equal(letter.item, item(1))
  equal(letter.attempts, 3)
  equal(
    letter.history.map(({ thread }) => thread),
    threads,
  )
  for (const { error } of letter.history) equal((error as { code: string }).code, 'ERR_THREAD')
  equal(
    letter.history.every(({ thread }) => thread !== threadId),
    true,
  )
}

export const CASES = Object.keys(cases)

const [, script, name] = process.argv
if (name !== undefined && script?.endsWith('cases.ts')) {
  const oneCase = cases[name]
  if (oneCase === undefined) throw new Error(`no case ${name}`)
  await oneCase()
  console.log('done')
}

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Queue } from '../../src/index.ts'
import { type Job, LoopWorkers, type Totals } from '../loop-workers.ts'
import { load } from '../package.ts'
import type { Contender, Scenario, WorkerSet } from './scenario.ts'

const TRIPS = 4000
const WAKES = 300
const QUEUES = 'putSync/getSync'
const WORDS = 'Atomics.wait/notify'
const COMMON = { threads: 2, unit: 'µs', better: 'less', baseline: 'postMessage', inQuick: true } as const

/** The time of one item, where nothing else is under way. The values are medians of the items of a round. */
export const LATENCIES: readonly Scenario[] = [
  {
    ...COMMON,
    name: 'ping-pong/int32',
    group: 'ping-pong',
    title: 'an int32 there and back between two threads, one at a time; the median trip of a round',
    picture: 'thread ───▶ queue ───▶ thread\n       ◀─── queue ◀───',
    contenders: (plan) => {
      const trips = plan.count(TRIPS)
      return [
        pingPong(QUEUES, 'queue', trips),
        { ...pingPong(`${QUEUES} again`, 'queue', trips), isControl: true },
        pingPong(WORDS, 'word', trips),
        pingPong('postMessage', 'message', trips),
      ]
    },
  },
  {
    ...COMMON,
    name: 'wake/worker',
    group: 'wake',
    title: 'from a put to a thread that sleeps in getSync until it has the item; the median of a round',
    picture: 'P ───▶ queue ───▶ C (asleep)',
    contenders: (plan) => {
      const wakes = plan.count(WAKES)
      return [
        wakeOfWorker(QUEUES, 'queue', wakes),
        { ...wakeOfWorker(`${QUEUES} again`, 'queue', wakes), isControl: true },
        wakeOfWorker(WORDS, 'word', wakes),
        wakeOfWorker('postMessage', 'message', wakes),
      ]
    },
  },
  {
    ...COMMON,
    name: 'wake/main',
    group: 'wake',
    title: 'from a put to the main thread that awaits get() until it has the item; the median of a round',
    picture: 'P ───▶ queue ───▶ main thread (idle)',
    contenders: (plan) => {
      const wakes = plan.count(WAKES)
      return [
        wakeOfMain('putSync/get', 'queue', wakes),
        { ...wakeOfMain('putSync/get again', 'queue', wakes), isControl: true },
        wakeOfMain('Atomics.notify/waitAsync', 'word', wakes),
        wakeOfMain('postMessage', 'message', wakes),
      ]
    },
  },
]

type Means = 'queue' | 'message' | 'word'

/** The ends of two threads, each with the data of a means and the ports that go along. */
interface End {
  readonly data: object
  readonly transfer: readonly MessagePort[]
}

async function endsOf(means: Means): Promise<readonly [End, End]> {
  if (means === 'message') {
    const { port1, port2 } = new MessageChannel()
    return [
      { data: { port: port1 }, transfer: [port1] },
      { data: { port: port2 }, transfer: [port2] },
    ]
  }
  const [one, other] =
    means === 'word'
      ? [new SharedArrayBuffer(4), new SharedArrayBuffer(4)]
      : [(await numberQueue()).handle, (await numberQueue()).handle]
  return [
    { data: { out: one, into: other }, transfer: [] },
    { data: { out: other, into: one }, transfer: [] },
  ]
}

async function numberQueue(): Promise<Queue<number>> {
  const { Queue, codecs } = await load()
  return new Queue({ codec: codecs.int32 })
}

function pingPong(name: string, means: Means, items: number): Contender {
  return {
    name,
    items,
    gives: 'value',
    async start() {
      const [one, other] = await endsOf(means)
      const jobs = [job('caller', { means, items }, one), job('answerer', { means, items }, other)]
      // Each item is put by both threads.
      return LoopWorkers.start(`ping-pong, ${name}`, jobs, 2 * items)
    },
  }
}

/** `ready` is 1 while the sleeper waits or is about to; `times` has the ns of the last send. */
function shared() {
  return { ready: new SharedArrayBuffer(4), times: new SharedArrayBuffer(8) }
}

function wakeOfWorker(name: string, means: Means, items: number): Contender {
  return {
    name,
    items,
    gives: 'value',
    async start() {
      const [one, other] = await endsOf(means)
      const data = { means, items, ...shared() }
      return LoopWorkers.start(`wake, ${name}`, [job('waker', data, one), job('sleeper', data, other)], items)
    },
  }
}

function wakeOfMain(name: string, means: Means, items: number): Contender {
  return {
    name,
    items,
    gives: 'value',
    async start(): Promise<WorkerSet> {
      const { end, receive } = await mainEnd(means)
      const words = shared()
      const workers = await LoopWorkers.start(
        `wake, ${name}`,
        [job('waker', { means, items, ...words }, end)],
        items,
      )
      const { sleeping } = (await import(new URL('../threads/latency.mjs', import.meta.url).href)) as {
        sleeping(data: object): () => Promise<Totals>
      }
      const own = sleeping({ items, ...words, receive, isAsync: true })
      return { round: () => workers.round(own), stop: () => workers.stop() }
    },
  }
}

/** The worker's end of a means, and the way in which the main thread waits at the other end. */
async function mainEnd(means: Means): Promise<{ end: End; receive: () => Promise<number> }> {
  if (means === 'message') {
    const { port1, port2 } = new MessageChannel()
    let arrived: (value: number) => void = () => {}
    port1.on('message', (value) => arrived(value))
    const receive = () =>
      new Promise<number>((resolve) => {
        arrived = resolve
      })
    return { end: { data: { port: port2 }, transfer: [port2] }, receive }
  }
  if (means === 'word') {
    const words = new Int32Array(new SharedArrayBuffer(4))
    const data = { out: words.buffer, into: new SharedArrayBuffer(4) }
    return { end: { data, transfer: [] }, receive: () => nextWord(words) }
  }
  const queue = await numberQueue()
  const receive = async () => {
    const value = await queue.get()
    queue.taskDone()
    return value
  }
  const unused = await numberQueue()
  return { end: { data: { out: queue.handle, into: unused.handle }, transfer: [] }, receive }
}

async function nextWord(words: Int32Array<SharedArrayBuffer>): Promise<number> {
  while (Atomics.load(words, 0) === 0) {
    const { async, value } = Atomics.waitAsync(words, 0, 0)
    if (async) await value
  }
  return Atomics.exchange(words, 0, 0) - 1
}

function job(role: string, data: object, end: End): Job {
  return { file: 'latency', role, data: { ...data, ...end.data }, transfer: end.transfer }
}

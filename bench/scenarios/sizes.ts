import { MessageChannel } from 'node:worker_threads'
import type { QueueOptions } from '../../src/index.ts'
import { type Job, LoopWorkers } from '../loop-workers.ts'
import { load } from '../package.ts'
import type { Contender, Scenario, Target } from './scenario.ts'

const SIZES = [4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 2 ** 18, 2 ** 20]
const QUICK_SIZES = [4, 1024, 65_536, 2 ** 20]
/** A round moves so many bytes at most, and so many items. */
const ROUND_BYTES = 96 * 2 ** 20
const ROUND_ITEMS = 200_000
const ROUND_MESSAGES = 50_000

const OURS = 'queue'
const COPY = 'allocate + one copy'
const TRANSFER = 'transfer'

/** The contender that each size is compared with, and the goal. */
const GOALS: Readonly<Record<number, { readonly baseline: string; readonly target: Target }>> = {
  65536: { baseline: COPY, target: { contender: OURS, atLeast: 0.5 } },
  [2 ** 20]: { baseline: TRANSFER, target: { contender: OURS, atLeast: 0.5 } },
}

/** A Uint8Array a call, by its length: codec bytes, the copy of postMessage, and what needs no queue. */
export const ITEM_SIZES: readonly Scenario[] = SIZES.map((bytes) => ({
  name: `sizes/${sizeName(bytes)}`,
  group: 'sizes',
  title: `a Uint8Array of ${sizeName(bytes)} a call, codec bytes: putSync, getSync + taskDone`,
  picture: 'P ───▶ queue ───▶ C',
  threads: 2,
  unit: 'MB/s',
  better: 'more',
  baseline: 'postMessage',
  ...GOALS[bytes],
  sweep: { axis: 'bytes of an item', at: bytes, scale: 'log' },
  inQuick: QUICK_SIZES.includes(bytes),
  contenders: (plan) => {
    const share = Math.floor(ROUND_BYTES / bytes)
    const many = plan.count(Math.min(ROUND_ITEMS, share))
    const few = plan.count(Math.min(ROUND_MESSAGES, share))
    return [
      queue(OURS, bytes, many, {}),
      { ...queue(`${OURS} again`, bytes, many, {}), isControl: true },
      queue('queue, itemBytes set', bytes, many, roomFor(bytes)),
      posted('postMessage', 'messageProducer', bytes, few),
      posted(TRANSFER, 'transferProducer', bytes, few),
      contender(COPY, bytes, many, async () => [job('copier', { bytes, items: many })]),
    ]
  },
}))

/** Cells for whole items; fewer of them where they are large. Items in flight take cells as well. */
function roomFor(bytes: number): QueueOptions<Uint8Array> {
  const maxsize = Math.min(1024, Math.max(16, (16 * 2 ** 20) / bytes))
  return { itemBytes: bytes, maxsize, maxThreads: 4, maxInFlight: 8 }
}

function queue(name: string, bytes: number, items: number, options: QueueOptions<Uint8Array>): Contender {
  return contender(name, bytes, items, async () => {
    const { Queue, codecs } = await load()
    const { handle } = new Queue({ codec: codecs.bytes, ...options })
    const data = { handle, bytes, items }
    return [job('queueProducer', data), job('queueConsumer', data)]
  })
}

function posted(name: string, role: string, bytes: number, items: number): Contender {
  return contender(name, bytes, items, async () => {
    const { port1, port2 } = new MessageChannel()
    return [
      { ...job(role, { port: port1, bytes, items }), transfer: [port1] },
      { ...job('messageConsumer', { port: port2, bytes, items }), transfer: [port2] },
    ]
  })
}

function contender(name: string, bytes: number, items: number, jobs: () => Promise<Job[]>): Contender {
  return {
    name,
    items,
    bytes,
    start: async () => LoopWorkers.start(`${sizeName(bytes)}, ${name}`, await jobs(), items),
  }
}

function job(role: string, data: object): Job {
  return { file: 'sizes', role, data }
}

function sizeName(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`
  return bytes < 2 ** 20 ? `${bytes / 1024}KiB` : `${bytes / 2 ** 20}MiB`
}

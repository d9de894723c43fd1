import { codecs } from '../../src/index.ts'
import { type Kind, queueAt } from './queues.ts'
import { startThread } from './threads.ts'

export interface StressOptions {
  /** Default 'fifo'. Other kinds do not keep the order of a producer, so it is not checked. */
  readonly kind?: Kind
  readonly items: number
  readonly capacity: number
  readonly producers?: number
  readonly consumers?: number
  /** First position, 0 to 2^31 - 1. */
  readonly start?: number
  /** Time after which the run fails. */
  readonly deadlineMs?: number
}

export interface StressResult {
  readonly got: number
  readonly missing: number
  readonly twice: number
  readonly disordered: number
  readonly unfinished: number
  readonly size: number
  /** Items that each consumer got. */
  readonly shares: readonly number[]
  readonly ms: number
}

interface Consumed {
  readonly got: number
  readonly twice: number
  readonly disordered: number
  readonly seen: Uint8Array
}

/** The counts of a sound run. */
export const SOUND = { missing: 0, twice: 0, disordered: 0, unfinished: 0, size: 0 }

/**
 * Producers put numbers, consumers iterate. Counts the items that came not at all, twice, or out of the order
 * of their producer.
 */
export async function stress(options: StressOptions): Promise<StressResult> {
  const {
    kind = 'fifo',
    items,
    capacity,
    producers = 4,
    consumers = 4,
    start = 0,
    deadlineMs = 120_000,
  } = options
  const each = Math.floor(items / producers)
  const settings = { maxsize: capacity, codec: codecs.int32, maxThreads: producers + consumers + 1 }
  const queue = queueAt<number>(start, settings, kind)
  const barrier = new Int32Array(new SharedArrayBuffer(4))
  const threads = producers + consumers
  const common = { handle: queue.handle, threads, producers, each, barrier }
  const since = performance.now()
  const run = (role: string, count: number) =>
    Array.from({ length: count }, (_, index) => startThread('stress.mjs', { ...common, role, index }))
  const producing = run('produce', producers)
  const consuming = run('consume', consumers)
  await Promise.all(producing.map((thread) => thread.ended(deadlineMs)))
  queue.shutdown()
  const consumed = (await Promise.all(
    consuming.map((thread) => thread.message<Consumed>(deadlineMs)),
  )) as Consumed[]
  await Promise.all(consuming.map((thread) => thread.ended(deadlineMs)))
  const ms = performance.now() - since
  const all = new Uint8Array(Math.ceil((each * producers) / 8))
  let twice = 0
  for (const { seen } of consumed) {
    for (let index = 0; index < all.length; index++) {
      twice += bits((all[index] as number) & (seen[index] as number))
      all[index] = (all[index] as number) | (seen[index] as number)
    }
  }
  let present = 0
  for (const byte of all) present += bits(byte)
  const sum = (pick: (each: Consumed) => number) => consumed.reduce((total, one) => total + pick(one), 0)
  const result = {
    got: sum(({ got }) => got),
    missing: each * producers - present,
    twice: twice + sum((one) => one.twice),
    disordered: kind === 'fifo' ? sum((one) => one.disordered) : 0,
    unfinished: queue.unfinished,
    size: queue.size,
    shares: consumed.map(({ got }) => got),
    ms,
  }
  queue[Symbol.dispose]()
  return result
}

function bits(byte: number): number {
  let count = 0
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++
  return count
}

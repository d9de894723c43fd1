import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import pMap from 'p-map'
import { Piscina } from 'piscina'
import { FixedThreadPool } from 'poolifier'
import { Tinypool } from 'tinypool'
import { pool as makeWorkerpool } from 'workerpool'
import type { Contender, Results } from './contender.ts'
import type { Item } from './items.ts'
import { TASK } from './task-file.ts'

/** Calls that are under way at once in a pool that takes one task a call. */
const UNDER_WAY = 256
/** Calls under way of Readable.map: a few, and many. */
const FEW_PER_THREAD = 2

const DESTROY_MS = 2000

type Call = (item: Item) => Promise<number>

/** The other pools, each with `threads` threads that live until `stop`. */
export function rivals(threads: number): Contender[] {
  const few = FEW_PER_THREAD * threads
  return [
    ...sharing(piscina(threads, 1), (call) => [
      contender('piscina', threads, (items) => lanes(items, call)),
      contender('p-map, piscina', threads, (items) => pMap(items, call, { concurrency: UNDER_WAY })),
      contender(`Readable.map ${few}, piscina`, threads, (items) => readableMap(items, call, few)),
      contender(`Readable.map ${UNDER_WAY}, piscina`, threads, (items) =>
        readableMap(items, call, UNDER_WAY),
      ),
    ]),
    ...busyPiscina(threads),
    ...sharing(tinypool(threads), (call) => [contender('tinypool', threads, (items) => lanes(items, call))]),
    poolifier(threads),
    ...sharing(workerpool(threads), (call) => [
      contender('workerpool', threads, (items) => lanes(items, call)),
    ]),
  ]
}

/** Calls of piscina's `run`, many of them under way. */
export function piscinaLanes(threads: number): Contender {
  const { call, stop } = piscina(threads, 1)
  return { ...contender('piscina', threads, (items) => lanes(items, call)), stop }
}

/** Piscina that gives each thread many tasks at once: the fastest of it where tasks are short. */
export function busyPiscina(threads: number): Contender[] {
  return sharing(piscina(threads, 64), (call) => [
    contender('piscina, 64 a thread', threads, (items) => lanes(items, call)),
  ])
}

interface Pool {
  readonly call: Call
  stop(): Promise<unknown>
}

/** The contenders that use one pool; the last of them stops it. */
function sharing({ call, stop }: Pool, make: (call: Call) => Contender[]): Contender[] {
  const contenders = make(call)
  return contenders.map((each, index) => (index === contenders.length - 1 ? { ...each, stop } : each))
}

function contender(
  name: string,
  threads: number,
  run: (items: readonly Item[]) => Promise<readonly number[]>,
): Contender {
  return {
    name,
    threads,
    prepare: (items) => async (): Promise<Results> => ({ results: await run(items), isOrdered: true }),
    stop: () => Promise.resolve(),
  }
}

/** Keeps so many calls under way. */
async function lanes(items: readonly Item[], call: Call): Promise<readonly number[]> {
  const results = new Array<number>(items.length)
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const at = next++
      results[at] = await call(items[at] as Item)
    }
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, lane))
  return results
}

function readableMap(items: readonly Item[], call: Call, concurrency: number): Promise<readonly number[]> {
  return Readable.from(items)
    .map(call as (item: unknown) => Promise<number>, { concurrency })
    .toArray()
}

function piscina(threads: number, concurrentTasksPerWorker: number): Pool {
  const pool = new Piscina<Item, number>({
    filename: TASK.href,
    name: 'work',
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker,
  })
  return { call: (item) => pool.run(item), stop: () => pool.destroy() }
}

function tinypool(threads: number): Pool {
  const pool = new Tinypool({ filename: TASK.href, name: 'work', minThreads: threads, maxThreads: threads })
  return { call: (item) => pool.run(item), stop: () => pool.destroy() }
}

function poolifier(threads: number): Contender {
  const file = fileURLToPath(new URL('./threads/poolifier.mjs', import.meta.url))
  const pool = new FixedThreadPool<Item, number>(threads, file)
  return {
    ...contender('poolifier mapExecute', threads, (items) => pool.mapExecute(items)),
    stop: () => withinLimit(pool.destroy()),
  }
}

/** Its promise stays pending now and then, though the threads have ended. */
function withinLimit(end: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, DESTROY_MS)
    end.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function workerpool(threads: number): Pool {
  const file = fileURLToPath(new URL('./threads/workerpool.mjs', import.meta.url))
  const pool = makeWorkerpool(file, { minWorkers: threads, maxWorkers: threads, workerType: 'thread' })
  return {
    call: (item) => Promise.resolve(pool.exec('work', [item])) as Promise<number>,
    stop: () => Promise.resolve(pool.terminate()),
  }
}

import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { FixedThreadPool } from 'poolifier'
import { Tinypool } from 'tinypool'
import { pool as makeWorkerpool } from 'workerpool'
import { load } from '../package.ts'
import type { Item } from '../pipelines/items.ts'
import { TASK } from '../pipelines/task-file.ts'

/** Threads that run the task. They live until `stop`. */
export interface Pool {
  /** One call there and back. */
  call(item: Item): Promise<number>
  /** All items in one call, where the pool has that. */
  callAll?(items: readonly Item[]): Promise<readonly number[]>
  stop(): unknown
}

const WORK = { filename: TASK.href, name: 'work' }
const DESTROY_MS = 2000

const threadsFile = (name: string) => fileURLToPath(new URL(`../pipelines/threads/${name}`, import.meta.url))

/** `run`, and `parallelMap` over an array: each run has queues of its own, and threads that are kept. */
export async function millrace(threads: number): Promise<Pool> {
  const { parallelMap, run } = await load()
  return {
    call: (item) => run<Item, undefined, number>(WORK, item),
    callAll: (items) => parallelMap<Item, undefined, number>(items, WORK, { threads }).toArray(),
    stop() {},
  }
}

export function piscina(threads: number, concurrentTasksPerWorker = 1): Pool {
  const pool = new Piscina<Item, number>({
    ...WORK,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker,
  })
  return { call: (item) => pool.run(item), stop: () => pool.destroy() }
}

export function tinypool(threads: number): Pool {
  const pool = new Tinypool({ ...WORK, minThreads: threads, maxThreads: threads })
  return { call: (item) => pool.run(item), stop: () => pool.destroy() }
}

export function workerpool(threads: number): Pool {
  const pool = makeWorkerpool(threadsFile('workerpool.mjs'), {
    minWorkers: threads,
    maxWorkers: threads,
    workerType: 'thread',
  })
  return {
    call: (item) => Promise.resolve(pool.exec('work', [item])) as Promise<number>,
    stop: () => pool.terminate(),
  }
}

export function poolifier(threads: number): Pool {
  const pool = new FixedThreadPool<Item, number>(threads, threadsFile('poolifier.mjs'))
  return {
    call: (item) => pool.execute(item),
    callAll: (items) => pool.mapExecute(items),
    stop: () => withinLimit(pool.destroy()),
  }
}

/** The promise of `destroy` stays pending now and then, though the threads have ended. */
function withinLimit(end: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, DESTROY_MS)
    end.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

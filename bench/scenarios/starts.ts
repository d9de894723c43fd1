import { Worker } from 'node:worker_threads'
import type { Supervisor } from '../../src/index.ts'
import { median } from '../output/statistics.ts'
import { load } from '../package.ts'
import type { Contender, Scenario } from './scenario.ts'

const FILE = new URL('../first-start/work.mjs', import.meta.url)
const STARTS = 5

/** Shared memory of a start: words for the count of threads begun, and the ns at which the last one began. */
function argsOf() {
  return {
    words: new Int32Array(new SharedArrayBuffer(8)),
    times: new BigInt64Array(new SharedArrayBuffer(8)),
  }
}

type Args = ReturnType<typeof argsOf>

export const STARTS_OF_THREADS: readonly Scenario[] = [
  {
    name: 'start/thread',
    group: 'start',
    title: 'from the call that starts a thread until its function runs; the median of the starts of a round',
    picture: 'main thread ───▶ new thread',
    threads: 2,
    unit: 'ms',
    better: 'less',
    baseline: 'bare Worker',
    inQuick: true,
    contenders: (plan) => {
      const starts = plan.count(STARTS)
      return [
        spawning('spawn, a new thread', starts, false),
        spawning('spawn, a kept thread', starts, true),
        contender('bare Worker', starts, bareStart),
        { ...contender('bare Worker again', starts, bareStart), isControl: true },
      ]
    },
  },
]

/** `start` resolves when the thread has ended, or may be used again. */
function contender(name: string, items: number, start: (args: Args) => Promise<unknown>): Contender {
  return {
    name,
    items,
    gives: 'value',
    start: () => ({ round: () => medianStart(items, start), stop: () => {} }),
  }
}

async function medianStart(count: number, start: (args: Args) => Promise<unknown>): Promise<number> {
  const values: number[] = []
  while (values.length < count) {
    const args = argsOf()
    const from = process.hrtime.bigint()
    await start(args)
    values.push(Number((args.times[0] as bigint) - from) / 1e6)
  }
  return median(values)
}

/** It has the loader of TypeScript that the main thread has, as a spawned thread does. */
async function bareStart(args: Args): Promise<void> {
  const worker = new Worker(FILE, { workerData: { ...args, bare: true } })
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await worker.terminate()
}

/** A kept thread ends after seconds without work, so each round begins with a start that is not timed. */
function spawning(name: string, items: number, reuse: boolean): Contender {
  return {
    name,
    items,
    gives: 'value',
    async start() {
      const { Supervisor } = await load()
      const supervisor: Supervisor = new Supervisor()
      const start = (args: Args) =>
        supervisor.spawn({ filename: FILE, name: 'noteStart', args, reuse }).join()
      return {
        async round() {
          if (reuse) await start(argsOf())
          return medianStart(items, start)
        },
        stop: () => supervisor.close(),
      }
    },
  }
}

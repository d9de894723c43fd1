import { codecs, EMPTY, type Queue } from '../../src/index.ts'
import { CLASSES } from './queues.ts'
import { startThread } from './threads.ts'

export interface SelectStress {
  readonly form: 'select' | 'selectSync'
  /** Selects in all, by `selectors` threads (default 2). */
  readonly rounds: number
  readonly selectors?: number
  /** Selects at the same time in a thread, for the form `select`. Default 3. */
  readonly lanes?: number
  /** Time after which the run fails. */
  readonly deadlineMs?: number
}

export interface SelectStressResult {
  readonly rounds: number
  readonly timeouts: number
  readonly aborts: number
  /** Items got from each queue. */
  readonly got: readonly number[]
  /** Items left in the queues. */
  readonly left: number
  readonly lost: number
  readonly twice: number
  /** Items that are neither held nor in a queue nor finished. */
  readonly unfinished: number
  /** See the fixture. */
  readonly longest: number
  readonly ms: number
}

interface Seen {
  readonly seen: readonly Uint8Array[]
  readonly got: readonly number[]
  readonly twice: number
  readonly timeouts: number
  readonly aborts: number
  readonly longest: number
}

/** Shares of the items by queue. The last queue is the rare one. */
export const WEIGHTS = [100, 10, 1]

/**
 * One thread puts into three queues, one of each kind, with uneven load. Others select from them, with
 * timeouts and aborts. Counts the items that came not at all or twice.
 */
export async function selectStress(options: SelectStress): Promise<SelectStressResult> {
  const { form, rounds, selectors = 2, lanes = 3, deadlineMs = 120_000 } = options
  const settings = { maxsize: 32, codec: codecs.int32 }
  const queues: Queue<number>[] = [
    new CLASSES.fifo<number>(settings),
    new CLASSES.lifo<number>(settings),
    new CLASSES.priority<number>(settings),
  ]
  const control = new SharedArrayBuffer(8)
  const handles = Object.fromEntries(queues.map((queue, index) => [`queue${index}`, queue.handle]))
  const common = { handles, form, rounds, lanes, control, weights: WEIGHTS }
  const since = performance.now()
  const producing = startThread('select-stress.mjs', { ...common, role: 'produce' })
  const selecting = Array.from({ length: selectors }, () =>
    startThread('select-stress.mjs', { ...common, role: 'select' }),
  )
  const tallies = await Promise.all(selecting.map((thread) => thread.message<Seen>(deadlineMs)))
  const ms = performance.now() - since
  Atomics.store(new Int32Array(control), 1, 1)
  const { stored } = await producing.message<{ stored: number[] }>(deadlineMs)
  await Promise.all([producing, ...selecting].map((thread) => thread.ended(deadlineMs)))

  let left = 0
  let lost = 0
  let twice = 0
  for (const [which, queue] of queues.entries()) {
    const times = new Uint8Array(stored[which] as number)
    for (let item = queue.tryGet(); item !== EMPTY; item = queue.tryGet()) {
      times[item] = (times[item] as number) + 1
      left++
      queue.taskDone()
    }
    for (const { seen } of tallies) {
      for (let item = 0; item < times.length; item++) {
        const byte = seen[which]?.[item >> 3] ?? 0
        times[item] = (times[item] as number) + ((byte >> (item & 7)) & 1)
      }
    }
    for (const count of times) {
      if (count === 0) lost++
      else twice += count - 1
    }
  }
  const sum = (pick: (each: Seen) => number) => tallies.reduce((total, each) => total + pick(each), 0)
  const result = {
    rounds,
    timeouts: sum((each) => each.timeouts),
    aborts: sum((each) => each.aborts),
    got: queues.map((_, which) => sum((each) => each.got[which] as number)),
    left,
    lost,
    twice: twice + sum((each) => each.twice),
    unfinished: queues.reduce((total, queue) => total + queue.unfinished, 0),
    longest: Math.max(...tallies.map(({ longest }) => longest)),
    ms,
  }
  for (const queue of queues) queue[Symbol.dispose]()
  return result
}

/** The faults of a run in words; empty if it is sound. */
export function faultsOf(result: SelectStressResult): string[] {
  const { rounds, timeouts, aborts, got, lost, twice, unfinished, longest } = result
  const total = got.reduce((sum, count) => sum + count, 0)
  const faults = []
  if (lost > 0) faults.push(`${lost} items lost`)
  if (twice > 0) faults.push(`${twice} items came twice`)
  if (unfinished > 0) faults.push(`${unfinished} items unfinished`)
  if (total + timeouts + aborts !== rounds)
    faults.push(`${rounds - total - timeouts - aborts} rounds without outcome`)
  if (got.some((count) => count === 0)) faults.push('a queue was never served')
  // Each check begins at the rare queue with a chance of one in three: 100 in a row that do not are 1 in
  // 10^17.
  if (longest >= 100) faults.push(`the rare queue was passed over ${longest} times in a row`)
  return faults
}

/**
 * Flow control: a fast producer waits for slow consumers by itself. The queue never holds more than maxsize
 * items, and the producer's rate falls to the consumers' rate.
 *
 *   npx tsx examples/journey/10-rates.ts
 */
import { pbkdf2Sync } from 'node:crypto'
import { isMillraceThread, Queue, Supervisor, threaded } from '../../src/index.ts'
import { now } from '../shared/timeline.ts'
import { isToPlay } from './shared/step.ts'

type Bench = { queue: Queue<number>; items: number }
/** Times are those of one clock for all threads, in ms. */
type Measured = { count: number; largest: number; began: number; ended: number }

const MAXSIZE = 8

/** The producer. It makes items as fast as it can, and puts each as soon as there is room. */
const produce = threaded(import.meta, ({ queue, items }: Bench): Measured => {
  let began = now()
  let largest = 0
  for (let n = 0; n < items; n++) {
    queue.putSync(n)
    largest = Math.max(largest, queue.size)
    // Its rate counts from the first item that had to wait for room.
    if (n === queue.maxsize) began = now()
  }
  queue.shutdown()
  return { count: Math.max(items - queue.maxsize, queue.maxsize), largest, began, ended: now() }
})

/** A slow consumer: each item costs some ms of hashing. */
const consume = threaded(import.meta, ({ queue }: Bench): Measured => {
  const day = { count: 0, largest: 0, began: Number.POSITIVE_INFINITY }
  for (const item of queue) {
    day.began = Math.min(day.began, now())
    day.largest = Math.max(day.largest, queue.size)
    pbkdf2Sync(String(item), 'salt', 8000, 32, 'sha256')
    day.count++
  }
  return { ...day, ended: now() }
})

async function measure(name: string, maxsize: number, consumers: number, items: number): Promise<void> {
  const queue = new Queue<number>({ name: 'items', maxsize })
  const supervisor = new Supervisor({ handleSignals: true })
  const args = { queue, items }
  const consuming = consumers === 0 ? [] : [supervisor.spawn(consume, { threads: consumers, args })]
  const producing = supervisor.spawn(produce, { args })
  const puts = await producing.join()
  const takes = (await Promise.all(consuming.map((group) => group.join()))).flat()

  const largest = Math.max(...[...puts, ...takes].map((each) => each.largest))
  const taken = takes.reduce((sum, { count }) => sum + count, 0)
  const cells = [maxsize, items, taken, rateOf(puts), rateOf(takes), largest]
  console.log(name.padEnd(18), ...cells.map((cell) => String(cell).padStart(9)))
  if (largest > maxsize || (consumers > 0 && taken !== items)) process.exitCode = 1
}

function rateOf(all: Measured[]): string {
  const count = all.reduce((sum, each) => sum + each.count, 0)
  const ms = Math.max(...all.map(({ ended }) => ended)) - Math.min(...all.map(({ began }) => began))
  return count === 0 ? '-' : `${Math.round((count / ms) * 1000)}/s`
}

async function main(): Promise<void> {
  const heads = ['maxsize', 'put', 'taken', 'put at', 'taken at', 'largest']
  console.log(' '.repeat(18), ...heads.map((head) => head.padStart(9)))
  await measure('producer alone', 20_000, 0, 20_000)
  await measure('one slow consumer', MAXSIZE, 1, 200)
  await measure('two slow consumers', MAXSIZE, 2, 400)
  console.log(process.exitCode ? 'the bound was broken' : 'the queue never held more than its maxsize')
}

if (!isMillraceThread && isToPlay(import.meta.url)) await main()

/**
 * A bakery on real threads: two bakers, three customers, a shelf for three loaves.
 *
 *   npx tsx examples/bakery.ts
 *
 * Ctrl-C: the bakers stop, and the loaves on the shelf are sold. Ctrl-C again: the program ends at once.
 */
import { isMainThread } from 'node:worker_threads'
import type { Queue, ThreadContext } from '../src/index.ts'
import { isToRun } from './shared/command.ts'
import { newTimeline, now, seconds, startTogether, type Timeline } from './shared/timeline.ts'

const HELP = `Usage: bakery

Two bakers and three customers, each on a thread, share a shelf with room for three loaves.
Prints each step, and a table of the day for each thread.

  --help  prints this

Ctrl-C: the bakers stop, and the loaves on the shelf are sold. Ctrl-C again: the program ends at once.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`

type Shop = { shelf: Queue<string>; timeline: Timeline }
type Day = { name: string; loaves: string[]; working: number; waiting: number }

/**
 * The time for each loaf, by baker. The first loaves are fast, so the shelf fills up. Later, customers wait.
 */
const BAKING_MS = [
  [150, 60, 70, 50, 950],
  [190, 50, 60, 80, 700],
]
const EATING_MS = 600
const THREADS = 5

/** A producer. It bakes loaves, and puts each on the shelf as soon as there is room. */
export function baker({ shelf }: Shop, thread: ThreadContext<Shop>): Day {
  const { day, say, leave } = start('baker', thread)
  for (const duration of BAKING_MS[thread.index]!) {
    day.working += sleep(duration)
    if (thread.stopping) break
    const loaf = `loaf ${thread.index + 1}.${day.loaves.length + 1}`
    say(`baked ${loaf}`)
    if (!shelf.tryPut(loaf)) {
      say('waits: the shelf is full')
      shelf.putSync(loaf)
      say(`found room for ${loaf}`)
    }
    day.loaves.push(loaf)
  }
  return leave()
}

/** A consumer. It buys and eats. The loop ends when the shelf is shut down and empty. */
export function customer({ shelf }: Shop, thread: ThreadContext<Shop>): Day {
  const { day, say, leave } = start('customer', thread)
  if (shelf.empty) say('waits: the shelf is empty')
  for (const loaf of shelf) {
    say(`bought ${loaf}`)
    day.loaves.push(loaf)
    day.working += sleep(EATING_MS)
    if (shelf.empty && !shelf.isShutDown) say('waits: the shelf is empty')
  }
  return leave()
}

async function main(): Promise<void> {
  console.log('Two bakers and three customers are on their way; the day begins when all have come.')
  // Loading millrace from TypeScript takes half a second, so the first line is printed before.
  const { Queue, Supervisor, task } = await import('../src/index.ts')
  const shelf = new Queue<string>({ name: 'shelf', maxsize: 3 })
  const shop = { shelf, timeline: newTimeline() }
  const supervisor = new Supervisor({ handleSignals: true })
  const work = task<typeof import('./bakery.ts')>(import.meta.url)
  const bakers = supervisor.spawn(work('baker', { threads: 2, args: shop }))
  const customers = supervisor.spawn(work('customer', { threads: 3, args: shop }))
  const bakersDays = await bakers.join()
  shelf.shutdown()
  const customersDays = await customers.join()

  console.log('\nthread       loaves working waiting')
  for (const { name, loaves, working, waiting } of [...bakersDays, ...customersDays])
    console.log(name.padEnd(12), String(loaves.length).padStart(6), seconds(working), seconds(waiting))
  const loavesOf = (days: Day[]) => days.flatMap(({ loaves }) => loaves).sort()
  const [baked, sold] = [loavesOf(bakersDays), loavesOf(customersDays)]
  const isRight = baked.join() === sold.join()
  console.log(`\n${baked.length} baked ${isRight ? '=' : 'but'} ${sold.length} sold`)
  if (!isRight) process.exitCode ??= 1
}

function start(role: string, { index, args: { shelf, timeline }, log }: ThreadContext<Shop>) {
  const print = startTogether(timeline, THREADS, log)
  const came = now()
  const day = { name: `${role} ${index + 1}`, loaves: [] as string[], working: 0 }
  const say = (what: string) =>
    print(() => `[${'#'.repeat(shelf.size).padEnd(3)}]  ${day.name.padEnd(12)}${what}`)
  const leave = (): Day => ({ ...day, waiting: now() - came - day.working })
  return { day, say, leave }
}

const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms) && ms

if (isMainThread && isToRun('bakery', HELP)) await main()

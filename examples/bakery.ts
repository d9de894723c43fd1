/**
 * A bakery on real threads: two bakers, three customers, a shelf for three loaves.
 *
 *   npx tsx examples/bakery.ts
 *
 * Ctrl-C: the bakers go home, what is on the shelf is sold. Ctrl-C again: the lights go out.
 */
import { isMainThread } from 'node:worker_threads'
import type { Queue, ThreadContext } from '../src/index.ts'
import { isToRun } from './shared/command.ts'
import { type Door, enter, newDoor, now, seconds } from './shared/door.ts'

const HELP = `Usage: bakery

Two bakers and three customers, a thread each, and a shelf for three loaves between them.
Ctrl-C: the bakers go home, what is on the shelf is sold. Ctrl-C again: the lights go out.
`

type Shop = { shelf: Queue<string>; door: Door }
type Day = { name: string; loaves: string[]; working: number; waiting: number }

/** ms for each loaf: the ovens are hot in the morning, so bread piles up; later the customers wait for it. */
const BAKING = [
  [150, 60, 70, 50, 950],
  [190, 50, 60, 80, 700],
]
const EATING = 600
const CROWD = 5

/** A producer: bakes, and puts each loaf on the shelf as soon as there is room. */
export function baker({ shelf }: Shop, thread: ThreadContext<Shop>): Day {
  const { day, say, leave } = comeIn('baker', thread)
  for (const duration of BAKING[thread.index]!) {
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

/** A consumer: buys and eats. When the bakery has closed and nothing is left, the loop ends. */
export function customer({ shelf }: Shop, thread: ThreadContext<Shop>): Day {
  const { day, say, leave } = comeIn('customer', thread)
  if (shelf.empty) say('waits: the shelf is empty')
  for (const loaf of shelf) {
    say(`bought ${loaf}`)
    day.loaves.push(loaf)
    day.working += sleep(EATING)
    if (shelf.empty && !shelf.isShutDown) say('waits: the shelf is empty')
  }
  return leave()
}

async function main(): Promise<void> {
  console.log('Two bakers and three customers are on their way; the day begins when all have come.')
  // Here, not above: to load it from TypeScript takes half a second.
  const { Queue, Supervisor, task } = await import('../src/index.ts')
  const shelf = new Queue<string>({ name: 'shelf', maxsize: 3 })
  const shop = { shelf, door: newDoor() }
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

function comeIn(role: string, { index, args: { shelf, door }, log }: ThreadContext<Shop>) {
  const print = enter(door, CROWD, log)
  const came = now()
  const day = { name: `${role} ${index + 1}`, loaves: [] as string[], working: 0 }
  const say = (what: string) =>
    print(() => `[${'#'.repeat(shelf.size).padEnd(3)}]  ${day.name.padEnd(12)}${what}`)
  const leave = (): Day => ({ ...day, waiting: now() - came - day.working })
  return { day, say, leave }
}

const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms) && ms

if (isMainThread && isToRun('bakery', HELP)) await main()

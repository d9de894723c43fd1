/** A day in the bakery. The threads load this file, too; what they run are its functions of `threaded`. */
import { Queue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { newTimeline, now, seconds, startTogether, type Timeline } from '../shared/timeline.ts'

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
const BAKERS = 2
const CUSTOMERS = 3

/** A producer. It bakes loaves, and puts each on the shelf as soon as there is room. */
const baker = threaded(import.meta, ({ shelf }: Shop, thread: ThreadContext<Shop>): Day => {
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
})

/** A consumer. It buys and eats. The loop ends when the shelf is shut down and empty. */
const customer = threaded(import.meta, ({ shelf }: Shop, thread: ThreadContext<Shop>): Day => {
  const { day, say, leave } = start('customer', thread)
  if (shelf.empty) say('waits: the shelf is empty')
  for (const loaf of shelf) {
    say(`bought ${loaf}`)
    day.loaves.push(loaf)
    day.working += sleep(EATING_MS)
    if (shelf.empty && !shelf.isShutDown) say('waits: the shelf is empty')
  }
  return leave()
})

export async function openShop(): Promise<void> {
  const shelf = new Queue<string>({ name: 'shelf', maxsize: 3 })
  const args = { shelf, timeline: newTimeline() }
  const supervisor = new Supervisor({ handleSignals: true })
  const bakers = supervisor.spawn(baker, { threads: BAKERS, args })
  const customers = supervisor.spawn(customer, { threads: CUSTOMERS, args })
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
  const print = startTogether(timeline, BAKERS + CUSTOMERS, log)
  const came = now()
  const day = { name: `${role} ${index + 1}`, loaves: [] as string[], working: 0 }
  const say = (what: string) =>
    print(() => `[${'#'.repeat(shelf.size).padEnd(3)}]  ${day.name.padEnd(12)}${what}`)
  const leave = (): Day => ({ ...day, waiting: now() - came - day.working })
  return { day, say, leave }
}

const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms) && ms

/** A bakery on real threads: two bakers, three customers, a shelf for three loaves. `npx tsx examples/bakery.ts` */
import { once } from 'node:events'
import { isMainThread, Worker } from 'node:worker_threads'
import { attach, type Handle, Queue } from '../src/index.ts'

type Shop = { name: string } & Record<'shelf' | 'news' | 'door', Handle<Queue<string>>>
type Day = { name: string; loaves: string[]; working: number; waiting: number }

const CROWD = ['baker 1', 'baker 2', 'customer 1', 'customer 2', 'customer 3']
/** ms for each loaf: the ovens are hot in the morning, so bread piles up; later the customers wait for it. */
const BAKING: Record<string, number[]> = { 1: [150, 60, 70, 50, 950], 2: [190, 50, 60, 80, 700] }
const EATING = 600

/** A producer: bakes, and puts each loaf on the shelf as soon as there is room. */
export function baker(shop: Shop): Day {
  const { shelf, day, say, leave } = enter(shop)
  const number = shop.name.slice(-1)
  for (const [index, duration] of BAKING[number]!.entries()) {
    const loaf = `loaf ${number}.${index + 1}`
    day.working += sleep(duration)
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
export function customer(shop: Shop): Day {
  const { shelf, day, say, leave } = enter(shop)
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
  const shelf = new Queue<string>({ name: 'shelf', maxsize: 3 })
  const news = new Queue<string>({ name: 'news' })
  const door = new Queue<string>({ name: 'door', ack: 'auto' })
  const queues = { shelf: shelf.handle, news: news.handle, door: door.handle }
  await door.putMany(CROWD)
  const days = CROWD.map((name) => start({ name, ...queues }))
  const printing = print(news, door)
  const bakers = await Promise.all(days.slice(0, 2))
  shelf.shutdown()
  const customers = await Promise.all(days.slice(2))
  await shelf.join()
  news.shutdown()
  await printing

  console.log('\nthread       loaves working waiting')
  for (const { name, loaves, working, waiting } of [...bakers, ...customers])
    console.log(name.padEnd(12), String(loaves.length).padStart(6), seconds(working), seconds(waiting))
  const loavesOf = (days: Day[]) => days.flatMap(({ loaves }) => loaves).sort()
  const [baked, sold] = [loavesOf(bakers), loavesOf(customers)]
  process.exitCode = baked.join() === sold.join() ? 0 : 1
  console.log(`\n${baked.length} baked ${process.exitCode === 0 ? '=' : 'but'} ${sold.length} sold`)
}

/** The main thread prints: what a thread gives to its own console appears late when it then blocks. */
async function print(news: Queue<string>, door: Queue<string>): Promise<void> {
  await door.join()
  const opened = performance.now()
  for await (const line of news) console.log(seconds(performance.now() - opened), line)
}

/** Runs `baker` or `customer` on a thread of its own; resolves with what it returns. */
async function start(shop: Shop): Promise<Day> {
  const workerData = { module: import.meta.url, export: shop.name.split(' ')[0], args: shop }
  const worker = new Worker(new URL('../workers/boot.mjs', import.meta.url), { workerData })
  return (await once(worker, 'message'))[0]
}

/** Waits until every ticket at the door is taken, so that the day begins for all at once. */
function enter({ name, ...queues }: Shop) {
  const [shelf, news, door] = [attach(queues.shelf), attach(queues.news), attach(queues.door)]
  door.getSync()
  door.joinSync()
  const opened = performance.now()
  const day = { name, loaves: [] as string[], working: 0 }
  const say = (what: string) =>
    news.putSync(`[${'#'.repeat(shelf.size).padEnd(3)}]  ${name.padEnd(12)}${what}`)
  const leave = (): Day => ({ ...day, waiting: performance.now() - opened - day.working })
  return { shelf, day, say, leave }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`.padStart(7)
const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms) && ms

if (isMainThread) await main()

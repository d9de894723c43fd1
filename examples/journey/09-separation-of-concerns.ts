/**
 * Separation of concerns: producers make work, consumers work, and the queue coordinates. The same two
 * functions run over three kinds of queue and with different numbers of threads, and neither knows.
 *
 *   npx tsx examples/journey/09-separation-of-concerns.ts
 */

import type { ThreadContext } from '../../src/index.ts'
import { isMillraceThread, LifoQueue, PriorityQueue, Queue, Supervisor, threaded } from '../../src/index.ts'
import { isToPlay } from './shared/step.ts'

type Order = { id: number; level: number }
type Served = { served: Queue<number> }

const ORDERS = 60

/** The producer. Orders come with levels 2, 3, 1, 2, 3, 1 and so on; 1 is urgent. */
const take = threaded(import.meta, function* (_: unknown, thread: ThreadContext<unknown>) {
  for (let id = thread.index + 1; id <= ORDERS; id += thread.threads) yield { id, level: 1 + (id % 3) }
})

/** The consumer. */
const serve = threaded(import.meta, ({ id }: Order, { args }: ThreadContext<Served>) => {
  args.served.putSync(id)
})

async function day(orders: Queue<Order>, producers: number, consumers: number): Promise<number[]> {
  const served = new Queue<number>({ name: 'served' })
  const supervisor = new Supervisor()
  // All orders come before the first is served. So one consumer shows the order of the queue.
  await supervisor.produce(orders, take, { threads: producers }).join()
  supervisor.consume(orders, serve, { threads: consumers, args: { served }, closes: served })
  const ids: number[] = []
  for await (const id of served) ids.push(id)
  await supervisor.join()
  return ids
}

async function main(): Promise<void> {
  const kinds = {
    'first in, first out': () => new Queue<Order>({ maxsize: ORDERS }),
    'last in, first out': () => new LifoQueue<Order>({ maxsize: ORDERS }),
    'by priority': () => new PriorityQueue<Order>({ maxsize: ORDERS, by: 'level' }),
  }
  console.log('queue                producers consumers  made served  the first served')
  for (const [producers, consumers] of [
    [1, 1],
    [2, 2],
  ] as const) {
    for (const [name, make] of Object.entries(kinds)) {
      const ids = await day(make(), producers, consumers)
      const counts = [producers, consumers].map((count) => String(count).padStart(9))
      const first = ids
        .slice(0, 6)
        .map((id) => String(id).padStart(2))
        .join(' ')
      console.log(name.padEnd(20), ...counts, `${ORDERS}`.padStart(5), `${ids.length}`.padStart(6), '', first)
      if (new Set(ids).size !== ORDERS || ids.length !== ORDERS) process.exitCode = 1
    }
  }
  console.log(process.exitCode ? 'an order was lost or served twice' : 'every order was served exactly once')
}

if (!isMillraceThread && isToPlay(import.meta.url)) await main()

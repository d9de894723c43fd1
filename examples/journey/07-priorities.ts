/**
 * Priorities: the item with the lowest number comes first, whenever it was put; equal numbers come in the
 * order of their puts. With ageing an item gains a step for each so many ms, so that none waits for ever.
 *
 *   npx tsx examples/journey/07-priorities.ts
 */
import { PriorityQueue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { isToPlay, say, work } from './shared/step.ts'

type Order = { id: string; level: number }
type Office = { orders: PriorityQueue<Order> }

const producer = threaded(import.meta, ({ orders }: Office, { index }: ThreadContext<Office>): Order[] => {
  const made = [1, 2, 3, 1, 2, 3, 1].map((level, number) => ({ id: `P${index + 1}-${number + 1}`, level }))
  for (const order of made) orders.putSync(order)
  return made
})

const consumer = threaded(import.meta, ({ orders }: Office): Order[] => [...orders])

const line = (orders: readonly Order[]) => orders.map(({ id, level }) => `${id}(${level})`).join(' ')

async function main(): Promise<void> {
  const supervisor = new Supervisor()
  const orders = new PriorityQueue<Order>({ name: 'orders', by: 'level' })
  const made = await supervisor.spawn(producer, { threads: 2, args: { orders } }).join()
  for (const each of made) say(`put:    ${line(each)}`)
  orders.shutdown()
  const [served = []] = await supervisor.spawn(consumer, { args: { orders } }).join()
  say(`served: ${line(served)}`)

  for (const ageing of [undefined, 20]) {
    const queue = new PriorityQueue<Order>({ by: 'level', ...(ageing && { ageing }) })
    await queue.put({ id: 'old', level: 3 })
    work(200) // ten steps of ageing
    await queue.put({ id: 'new', level: 1 })
    say(`${ageing ? `with ageing, ${ageing} ms a step` : 'without ageing'}: ${line(await queue.getMany(2))}`)
  }
}

if (isToPlay(import.meta.url)) await main()

/**
 * The bakery of step 1 with a queue of millrace: no lock, no condition, no loop around a wait, no count of
 * loaves that a customer must know. The queue ends when the bakers have ended and all is sold.
 *
 *   npx tsx examples/journey/04-queue.ts
 */
import { Queue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { isToPlay, say, work } from './shared/step.ts'

type Bakery = { shelf: Queue<string> }

const baker = threaded(import.meta, function* (_: undefined, { index }: ThreadContext) {
  for (let number = 1; number <= 6; number++) {
    work(10)
    const loaf = `loaf ${index + 1}.${number}`
    say(`baker ${index + 1}     baked ${loaf}`)
    yield loaf // goes on when the shelf has room for it
  }
})

const customer = threaded(import.meta, (loaf: string, { index, args }: ThreadContext<Bakery>) => {
  say(`customer ${index + 1}  bought ${loaf}, ${args.shelf.size} on the shelf`)
  work(60)
})

async function main(): Promise<void> {
  const shelf = new Queue<string>({ name: 'shelf', maxsize: 3 })
  const supervisor = new Supervisor()
  supervisor.consume(shelf, customer, { threads: 3, args: { shelf } })
  supervisor.produce(shelf, baker, { threads: 2 })
  await supervisor.join()
  say(`sold out: ${shelf.size} on the shelf, ${shelf.unfinished} not finished`)
}

if (isToPlay(import.meta.url)) await main()

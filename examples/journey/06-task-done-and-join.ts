/**
 * taskDone and join: a queue that is empty is not finished. An item is unfinished until the thread that took
 * it calls taskDone, and join waits for that. Consumers of `consume` need not call it: the item is finished
 * when the function has returned.
 *
 *   npx tsx examples/journey/06-task-done-and-join.ts
 */
import { Queue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { isToPlay, say, work } from './shared/step.ts'

type Table = { shelf: Queue<string>; taken: Queue<string>; eat: Queue<true> }

/** Takes a loaf, and eats it when told. */
const guest = threaded(import.meta, ({ shelf, taken, eat }: Table): void => {
  taken.putSync(shelf.getSync())
  eat.getSync()
  say('guest: has eaten, calls taskDone')
  shelf.taskDone()
})

const eater = threaded(import.meta, (_loaf: string, thread: ThreadContext<{ eaten: Int32Array }>): void => {
  work(20)
  Atomics.add(thread.args.eaten, 0, 1)
})

async function main(): Promise<void> {
  const supervisor = new Supervisor()
  const shelf = new Queue<string>({ name: 'shelf' })
  const table: Table = { shelf, taken: new Queue({ ack: 'auto' }), eat: new Queue({ ack: 'auto' }) }
  supervisor.spawn(guest, { args: table })
  await shelf.put('loaf 1')
  const loaf = await table.taken.get()
  say(`guest took ${loaf}: ${shelf.size} on the shelf, ${shelf.unfinished} unfinished`)
  await shelf.join({ timeout: 100 }).catch(({ code }) => say(`join: ${code}`))
  const finished = shelf.join().then(() => say(`join: returns, ${shelf.unfinished} unfinished`))
  await table.eat.put(true)
  await finished

  const eaten = new Int32Array(new SharedArrayBuffer(4))
  supervisor.consume(shelf, eater, { threads: 3, args: { eaten } })
  await shelf.putMany(Array.from({ length: 30 }, (_, index) => `loaf ${index + 2}`))
  await shelf.join()
  say(`three threads: join returns when ${eaten[0]} of 30 loaves are eaten`)
  shelf.shutdown()
  await supervisor.join()
}

if (isToPlay(import.meta.url)) await main()

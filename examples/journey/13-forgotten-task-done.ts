/**
 * Pitfall: a forgotten taskDone(). A consumer skips empty lines, and with them taskDone(), so join() would
 * wait for ever. The stats name the thread that holds the items. Three ways cannot forget.
 *
 *   npx tsx examples/journey/13-forgotten-task-done.ts
 */
import { EMPTY, isMillraceThread, Queue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { holdersOf, untilWaiting } from './shared/holders.ts'
import { isToPlay } from './shared/step.ts'

type Office = { lines: Queue<string>; words: Queue<number> }
const LINES = ['rye bread', '', 'two rolls', '', 'a large loaf']
const count = (line: string) => line.split(' ').length

/** The mistake: `continue` skips taskDone(), too. */
const forgets = threaded(import.meta, ({ lines, words }: Office) => {
  for (;;) {
    const line = lines.getSync()
    if (line === '') continue
    words.putSync(count(line))
    lines.taskDone()
  }
})
/** A loop over the queue finishes an item when it asks for the next one. */
const iterates = threaded(import.meta, ({ lines, words }: Office) => {
  for (const line of lines) if (line !== '') words.putSync(count(line))
})
/** A delivery has a done() of its own, which `finally` calls. */
const takes = threaded(import.meta, ({ lines, words }: Office) => {
  for (;;) {
    const delivery = lines.takeSync()
    try {
      if (delivery.item !== '') words.putSync(count(delivery.item))
    } finally {
      delivery.done()
    }
  }
})
/** With consume() the runtime finishes the item when the function returns. */
const handles = threaded(import.meta, (line: string, { args }: ThreadContext<Office>) => {
  if (line !== '') args.words.putSync(count(line))
})

/** Joins the queue. If that takes longer than `timeout`, it says who holds the items. */
async function join(way: string, { lines, words }: Office, timeout = 10_000): Promise<void> {
  const error = await lines.join({ timeout }).catch((error) => error)
  const results: number[] = []
  for (let item = words.tryGet(); item !== EMPTY; item = words.tryGet()) results.push(item)
  console.log(`${way.padEnd(20)} words ${results.join(' ')}; ${error?.code ?? 'join() ended'}`)
  if (error) console.log(`  ${error.message}\n${holdersOf(lines)}`)
}

async function main(): Promise<void> {
  const lines = new Queue<string>({ name: 'lines' })
  const office = { lines, words: new Queue<number>({ name: 'words', ack: 'auto' }) }
  const supervisor = new Supervisor()
  const ways = { 'forgotten taskDone()': forgets, 'a loop': iterates, 'take() and done()': takes }
  await lines.putMany(LINES)
  for (const [way, consumer] of Object.entries(ways)) {
    const group = supervisor.spawn(consumer, { args: office })
    if (consumer === forgets) await untilWaiting(1, 'get', [lines])
    await join(way, office, consumer === forgets ? 500 : undefined)
    await group.stop()
    if (lines.size > 0) console.log(`  its thread has ended, and ${lines.size} lines came back`)
    else await lines.putMany(LINES)
  }
  supervisor.consume(lines, handles, { threads: 1, args: office })
  await join('consume()', office)
  lines.shutdown()
  await supervisor.join()
}

if (!isMillraceThread && isToPlay(import.meta.url)) await main()

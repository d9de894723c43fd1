/**
 * Work of different kinds on real threads: three producers, four consumers, a queue with room for ten.
 *
 *   npx tsx examples/work-queue.ts
 *
 * The work is to find a number with which the hash of an item begins with a number of zero bits. Ctrl-C: no
 * more items are made, and the queued items are finished. Ctrl-C again: the program ends at once.
 */
import { createHash } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import { QueueEmptyError, QueueFullError } from '../src/errors.ts'
import type { Queue, ThreadContext } from '../src/index.ts'
import { isToRun } from './shared/command.ts'
import { newTimeline, now, seconds, startTogether, type Timeline } from './shared/timeline.ts'

const HELP = `Usage: work-queue

Three producers make easy, medium and hard items of work, and four consumers work on them.
The queue has room for ten items.
Prints how many items each consumer finished and how long items waited, and checks the results.

  --help  prints this

Ctrl-C: no more items are made, and the queued items are finished. Ctrl-C again: the program ends at once.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`

type WorkItem = { id: string; type: WorkType; data: string; createdMs: number }
type Done = { item: WorkItem; consumer: number; nonce: number; waitedMs: number; workedMs: number }
type Office = { work: Queue<WorkItem>; done: Queue<Done>; timeline: Timeline }

/** The number of zero bits that a hash must begin with. Each more doubles the work. */
const ZERO_BITS = { easy: 11, medium: 14, hard: 16 }
type WorkType = keyof typeof ZERO_BITS
const TYPES: WorkType[] = ['easy', 'medium', 'hard']

const PRODUCERS = 3
const CONSUMERS = 4
const ITEMS_EACH = 8
const CAPACITY = 10
const PUT_TIMEOUT_MS = 5000
const GET_TIMEOUT_MS = 2000

/** A producer. It puts each item into the queue as soon as there is room. Returns the ids of its items. */
export function producer({ work }: Office, thread: ThreadContext<Office>): string[] {
  const say = start('producer', thread)
  const ids: string[] = []
  for (let number = 1; number <= ITEMS_EACH && !thread.stopping; number++) {
    const type = TYPES[(thread.index + number) % TYPES.length]!
    const id = `${thread.index + 1}-${number}`
    const item = { id, type, data: `task ${number} of producer ${thread.index + 1}`, createdMs: now() }
    // This line must come before the put, because a consumer may finish the item at once and print a line.
    say(`made ${id} (${type})`)
    while (!putInTime(work, item)) say(`found no room for ${id} in ${seconds(PUT_TIMEOUT_MS)}, tries again`)
    ids.push(id)
  }
  return ids
}

function putInTime(work: Queue<WorkItem>, item: WorkItem): boolean {
  try {
    work.putSync(item, { timeout: PUT_TIMEOUT_MS })
    return true
  } catch (error) {
    if (error instanceof QueueFullError) return false
    throw error
  }
}

/**
 * A consumer. It works on items until the queue is shut down and empty. If its thread dies, another consumer
 * gets the item that it worked on.
 */
export function consumer({ work, done }: Office, thread: ThreadContext<Office>): void {
  const say = start('consumer', thread)
  for (;;) {
    let item: WorkItem
    try {
      item = work.getSync({ timeout: GET_TIMEOUT_MS })
    } catch (error) {
      if (work.isShutDown) return
      if (!(error instanceof QueueEmptyError)) throw error
      say(`had nothing to do for ${seconds(GET_TIMEOUT_MS)}`)
      continue
    }
    const takenMs = now()
    const nonce = proofOf(item)
    const workedMs = now() - takenMs
    // The result is put before the item is finished. If the thread dies in between, the item is done twice.
    // In the other order it might get no result.
    done.putSync({ item, consumer: thread.index, nonce, waitedMs: takenMs - item.createdMs, workedMs })
    work.taskDone()
    say(`finished ${item.id} (${item.type}) in ${workedMs.toFixed(0)} ms`)
  }
}

function proofOf(item: WorkItem): number {
  let nonce = 0
  while (zeroBits(hashOf(item, nonce)) < ZERO_BITS[item.type]) nonce++
  return nonce
}

function hashOf({ id, type, data }: WorkItem, nonce: number): Buffer {
  return createHash('sha256').update(`${id} ${type} ${data} ${nonce}`).digest()
}

function zeroBits(hash: Buffer): number {
  return Math.clz32(hash.readUInt32BE(0))
}

async function main(): Promise<void> {
  console.log(
    `${PRODUCERS} producers and ${CONSUMERS} consumers begin as soon as their threads have started.`,
  )
  // Loading millrace from TypeScript takes half a second, so the first line is printed before.
  const { Queue, Supervisor, task } = await import('../src/index.ts')
  const work = new Queue<WorkItem>({ name: 'work', maxsize: CAPACITY })
  const done = new Queue<Done>({ name: 'done' })
  const office: Office = { work, done, timeline: newTimeline() }
  const supervisor = new Supervisor({ handleSignals: true })
  const threads = task<typeof import('./work-queue.ts')>(import.meta.url)
  const producers = supervisor.spawn(threads('producer', { threads: PRODUCERS, args: office }))
  const consumers = supervisor.spawn(threads('consumer', { threads: CONSUMERS, args: office }))
  const collected = collect(done)

  const made = (await producers.join()).flat()
  // If the consumers fail, no thread finishes the items, and `work.join()` would wait for ever.
  await Promise.race([work.join(), consumers.join()])
  work.shutdown()
  await consumers.join()
  done.shutdown()
  report(made, await collected)
}

/** Collects the results by the ids of the items, because an item may be finished twice. */
async function collect(done: Queue<Done>): Promise<Map<string, Done>> {
  const all = new Map<string, Done>()
  for await (const one of done) all.set(one.item.id, one)
  return all
}

function report(made: string[], done: Map<string, Done>): void {
  const all = [...done.values()]
  console.log(`\nthread     items ${TYPES.map((type) => type.padStart(7)).join('')} working`)
  for (let index = 0; index < CONSUMERS; index++) {
    const own = all.filter((each) => each.consumer === index)
    const counts = TYPES.map((type) => own.filter(({ item }) => item.type === type).length)
    const working = own.reduce((sum, { workedMs }) => sum + workedMs, 0)
    console.log(
      `consumer ${index + 1} ${String(own.length).padStart(6)} ${counts.map((count) => String(count).padStart(7)).join('')} ${seconds(working)}`,
    )
  }
  const waits = all.map(({ waitedMs }) => waitedMs).sort((a, b) => a - b)
  if (waits.length > 0) {
    const percentiles = [50, 90, 99].map((p) => `p${p} ${milliseconds(percentile(waits, p))}`)
    console.log(
      `\nfrom its making to a consumer: ${percentiles.join(', ')}, at most ${milliseconds(waits.at(-1)!)}`,
    )
  }

  const isSame = made.toSorted().join() === [...done.keys()].toSorted().join()
  const wrong = all.filter(({ item, nonce }) => zeroBits(hashOf(item, nonce)) < ZERO_BITS[item.type])
  console.log(`${made.length} items in ${isSame ? '=' : 'but'} ${done.size} items out`)
  console.log(
    wrong.length === 0
      ? 'checked: every hash meets its difficulty'
      : `wrong hashes: ${wrong.map(({ item }) => item.id).join(', ')}`,
  )
  if (!isSame || wrong.length > 0) process.exitCode = 1
}

/** The smallest of the sorted values that p percent of them do not exceed. */
function percentile(sorted: number[], p: number): number {
  return sorted[Math.ceil((sorted.length * p) / 100) - 1]!
}

function start(role: string, { index, args: { work, timeline }, log }: ThreadContext<Office>) {
  const print = startTogether(timeline, PRODUCERS + CONSUMERS, log)
  return (what: string) =>
    print(() => `[${'#'.repeat(work.size).padEnd(CAPACITY)}]  ${role} ${index + 1}  ${what}`)
}

const milliseconds = (ms: number) => `${ms.toFixed(0)} ms`

if (isMainThread && isToRun('work-queue', HELP)) await main()

/**
 * Work of different kinds on real threads: three producers, four consumers, a queue with room for ten.
 *
 *   npx tsx examples/work-queue.ts
 *
 * The work is to find a number with which the hash of an item begins with so many zero bits: the harder, the
 * more. Ctrl-C: no more items are made, those in the queue are worked off. Again: at once.
 */
import { createHash } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import { QueueEmptyError, QueueFullError } from '../src/errors.ts'
import type { Queue, ThreadContext } from '../src/index.ts'
import { isToRun } from './shared/command.ts'
import { type Door, enter, newDoor, now, seconds } from './shared/door.ts'

const HELP = `Usage: work-queue

Three producers make items of work, easy, medium and hard, four consumers work them off, and a queue for ten is between them.
Prints what each consumer did and how long items waited, and checks what came out.

Ctrl-C: no more items are made, those in the queue are worked off. Again: at once.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`

type WorkItem = { id: string; type: WorkType; data: string; created: number }
type Done = { item: WorkItem; consumer: number; nonce: number; waited: number; worked: number }
type Office = { work: Queue<WorkItem>; done: Queue<Done>; door: Door }

/** Zero bits: each one more doubles the work. */
const ZERO_BITS = { easy: 11, medium: 14, hard: 16 }
type WorkType = keyof typeof ZERO_BITS
const TYPES: WorkType[] = ['easy', 'medium', 'hard']

const PRODUCERS = 3
const CONSUMERS = 4
const ITEMS_EACH = 8
const CAPACITY = 10
/** ms */
const PUT_TIMEOUT = 5000
const GET_TIMEOUT = 2000

/** Makes items, and puts each in the queue as soon as there is room. Returns their ids. */
export function producer({ work }: Office, thread: ThreadContext<Office>): string[] {
  const say = comeIn('producer', thread)
  const ids: string[] = []
  for (let number = 1; number <= ITEMS_EACH && !thread.stopping; number++) {
    const type = TYPES[(thread.index + number) % TYPES.length]!
    const id = `${thread.index + 1}-${number}`
    const item = { id, type, data: `task ${number} of producer ${thread.index + 1}`, created: now() }
    // Before it is put: a consumer may finish it at once, and say so.
    say(`made ${id} (${type})`)
    while (!putInTime(work, item)) say(`found no room for ${id} in ${seconds(PUT_TIMEOUT)}, tries again`)
    ids.push(id)
  }
  return ids
}

function putInTime(work: Queue<WorkItem>, item: WorkItem): boolean {
  try {
    work.putSync(item, { timeout: PUT_TIMEOUT })
    return true
  } catch (error) {
    if (error instanceof QueueFullError) return false
    throw error
  }
}

/**
 * Works items off, until the queue is shut down. If its thread dies over one, another consumer gets that
 * item.
 */
export function consumer({ work, done }: Office, thread: ThreadContext<Office>): void {
  const say = comeIn('consumer', thread)
  for (;;) {
    let item: WorkItem
    try {
      item = work.getSync({ timeout: GET_TIMEOUT })
    } catch (error) {
      if (work.isShutDown) return
      if (!(error instanceof QueueEmptyError)) throw error
      say(`had nothing to do for ${seconds(GET_TIMEOUT)}`)
      continue
    }
    const taken = now()
    const nonce = proofOf(item)
    const worked = now() - taken
    // In this order: if the thread dies in between it is done twice, else it might be done by nobody.
    done.putSync({ item, consumer: thread.index, nonce, waited: taken - item.created, worked })
    work.taskDone()
    say(`finished ${item.id} (${item.type}) in ${worked.toFixed(0)} ms`)
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
  // Here, not above: to load it from TypeScript takes half a second.
  const { Queue, Supervisor, task } = await import('../src/index.ts')
  const work = new Queue<WorkItem>({ name: 'work', maxsize: CAPACITY })
  const done = new Queue<Done>({ name: 'done' })
  const office: Office = { work, done, door: newDoor() }
  const supervisor = new Supervisor({ handleSignals: true })
  const threads = task<typeof import('./work-queue.ts')>(import.meta.url)
  const producers = supervisor.spawn(threads('producer', { threads: PRODUCERS, args: office }))
  const consumers = supervisor.spawn(threads('consumer', { threads: CONSUMERS, args: office }))
  const collected = collect(done)

  const made = (await producers.join()).flat()
  // Should the consumers fail, nobody finishes the items.
  await Promise.race([work.join(), consumers.join()])
  work.shutdown()
  await consumers.join()
  done.shutdown()
  report(made, await collected)
}

/** By id: an item may be finished twice. */
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
    const working = own.reduce((sum, { worked }) => sum + worked, 0)
    console.log(
      `consumer ${index + 1} ${String(own.length).padStart(6)} ${counts.map((count) => String(count).padStart(7)).join('')} ${seconds(working)}`,
    )
  }
  const waits = all.map(({ waited }) => waited).sort((a, b) => a - b)
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

/** The least of the sorted values that p percent of them do not exceed. */
function percentile(sorted: number[], p: number): number {
  return sorted[Math.ceil((sorted.length * p) / 100) - 1]!
}

function comeIn(role: string, { index, args: { work, door }, log }: ThreadContext<Office>) {
  const print = enter(door, PRODUCERS + CONSUMERS, log)
  return (what: string) =>
    print(() => `[${'#'.repeat(work.size).padEnd(CAPACITY)}]  ${role} ${index + 1}  ${what}`)
}

const milliseconds = (ms: number) => `${ms.toFixed(0)} ms`

if (isMainThread && isToRun('work-queue', HELP)) await main()

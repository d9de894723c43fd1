/**
 * Urgent tasks overtake: two producers, two consumers, a priority queue. The lowest number is served first,
 * equals in the order they came.
 *
 *   npx tsx examples/priority.ts
 *
 * Prints the order of arrival beside the order of service, and checks that no task was taken while one that
 * comes before it was waiting. Ctrl-C: no more tasks are made, those in the queue are worked off. Again: at
 * once.
 */
import { pbkdf2Sync } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import { QueueShutDownError } from '../src/errors.ts'
import type { PriorityQueue, Queue, ThreadContext } from '../src/index.ts'
import { isToRun } from './shared/command.ts'
import { type Door, enter, newDoor, now } from './shared/door.ts'

const HELP = `Usage: priority

Two producers make tasks of three priorities, two consumers work on the most urgent there is. Prints the order of arrival
beside the order of service, and checks it.

Ctrl-C: no more tasks are made, those in the queue are worked off. Again: at once.
Exit codes: 0; 1 a task was taken too early, or failed; 2 wrong arguments; 130 interrupted.
`

type Task = { id: string; priority: number; data: string }
/** `at`: when its put had returned, ms. */
type Arrival = { task: Task; at: number }
/** `asked`, `taken`: before and after the get that gave it, ms. */
type Service = { task: Task; asked: number; taken: number; result: string }
type Office = { tasks: PriorityQueue<Task>; done: Queue<Service>; door: Door }

const PRIORITIES = [1, 2, 3, 1, 2, 3, 1]
const PRODUCERS = 2
const CONSUMERS = 2
/**
 * Of a hash: to make a task, and to work on one of priority 1; one of priority 3 takes three times as many.
 */
const ROUNDS_TO_MAKE = 20_000
const ROUNDS = 40_000

/** Makes tasks of all priorities. Returns them in the order they came to the queue. */
export function producer({ tasks }: Office, thread: ThreadContext<Office>): Arrival[] {
  const say = comeIn('producer', thread)
  const arrivals: Arrival[] = []
  for (const [number, priority] of PRIORITIES.entries()) {
    if (thread.stopping) break
    const id = `P${thread.index + 1}-${number + 1}`
    const task = { id, priority, data: hash(id, ROUNDS_TO_MAKE) }
    // Before it is put: a consumer may take it at once, and say so.
    say(`made ${id}, priority ${priority}`)
    tasks.putSync(task)
    arrivals.push({ task, at: now() })
  }
  return arrivals
}

/**
 * Works on the most urgent task there is, until the queue is shut down. Returns the tasks in the order it
 * took them.
 */
export function consumer({ tasks, done }: Office, thread: ThreadContext<Office>): void {
  const say = comeIn('consumer', thread)
  for (;;) {
    const asked = now()
    let task: Task
    try {
      task = tasks.getSync()
    } catch (error) {
      if (error instanceof QueueShutDownError) return
      throw error
    }
    const taken = now()
    say(`took ${task.id}, priority ${task.priority}`)
    const result = hash(task.data, ROUNDS * task.priority)
    done.putSync({ task, asked, taken, result })
    tasks.taskDone()
  }
}

async function main(): Promise<void> {
  console.log(
    `${PRODUCERS} producers and ${CONSUMERS} consumers begin as soon as their threads have started.`,
  )
  // Here, not above: to load it from TypeScript takes half a second.
  const { PriorityQueue, Queue, Supervisor, task } = await import('../src/index.ts')
  const tasks = new PriorityQueue<Task>({ name: 'tasks', by: 'priority' })
  const done = new Queue<Service>({ name: 'done' })
  const office: Office = { tasks, done, door: newDoor() }
  const supervisor = new Supervisor({ handleSignals: true })
  const threads = task<typeof import('./priority.ts')>(import.meta.url)
  const producers = supervisor.spawn(threads('producer', { threads: PRODUCERS, args: office }))
  const consumers = supervisor.spawn(threads('consumer', { threads: CONSUMERS, args: office }))
  const served = collect(done)

  const arrivals = (await producers.join()).flat().sort((a, b) => a.at - b.at)
  // Should the consumers fail, nobody finishes the tasks.
  await Promise.race([tasks.join(), consumers.join()])
  tasks.shutdown()
  await consumers.join()
  done.shutdown()
  report(arrivals, await served)
}

/** By id: a task may be finished twice. In the order of service. */
async function collect(done: Queue<Service>): Promise<Service[]> {
  const all = new Map<string, Service>()
  for await (const one of done) all.set(one.task.id, one)
  return [...all.values()].sort((a, b) => a.taken - b.taken)
}

function report(arrivals: Arrival[], services: Service[]): void {
  console.log('\n     arrived               served')
  for (let place = 0; place < Math.max(arrivals.length, services.length); place++) {
    const columns = [arrivals[place]?.task, services[place]?.task].map((task) =>
      (task === undefined ? '' : `${task.id}  ${'!'.repeat(4 - task.priority)}`).padEnd(22),
    )
    console.log(`${String(place + 1).padStart(3)}  ${columns.join('').trimEnd()}`)
  }

  const overtaking = services.filter(({ task }, place) => {
    const came = arrivals.findIndex((arrival) => arrival.task.id === task.id)
    const before = arrivals.slice(0, came).map((arrival) => arrival.task.id)
    return services.slice(place + 1).some((later) => before.includes(later.task.id))
  })
  console.log(`\n${overtaking.length} of ${services.length} tasks overtook one that had come before them`)

  const isSame = idsOf(arrivals) === idsOf(services)
  console.log(`${arrivals.length} tasks in ${isSame ? '=' : 'but'} ${services.length} tasks out`)
  const faults = faultsIn(arrivals, services)
  console.log(
    faults.length === 0
      ? 'checked: none was taken while one that comes before it was waiting'
      : `taken too early: ${faults.join(', ')}`,
  )
  if (!isSame || faults.length > 0) process.exitCode = 1
}

/**
 * A task waited while another was taken if it had come before that was asked for, and was asked for after
 * that was taken.
 */
function faultsIn(arrivals: Arrival[], services: Service[]): string[] {
  return services.flatMap(({ task, asked, taken }) => {
    const own = arrivals.find((arrival) => arrival.task.id === task.id)
    const passedOver = services.filter((other) => {
      const arrival = arrivals.find(({ task }) => task.id === other.task.id)
      if (arrival === undefined || own === undefined || arrival.at >= asked || other.asked <= taken)
        return false
      const { priority } = other.task
      return priority < task.priority || (priority === task.priority && arrival.at < own.at - CLOSE)
    })
    return passedOver.map((other) => `${task.id} before ${other.task.id}`)
  })
}

/** ms: two puts may return in another order than they came. */
const CLOSE = 5

const idsOf = (all: { task: Task }[]) =>
  all
    .map(({ task }) => task.id)
    .sort()
    .join()

function hash(text: string, rounds: number): string {
  return pbkdf2Sync(text, 'salt', rounds, 16, 'sha256').toString('hex')
}

function comeIn(role: string, { index, args: { tasks, door }, log }: ThreadContext<Office>) {
  const print = enter(door, PRODUCERS + CONSUMERS, log)
  return (what: string) =>
    print(() => `[${String(tasks.size).padStart(2)} waiting]  ${role} ${index + 1}  ${what}`)
}

if (isMainThread && isToRun('priority', HELP)) await main()

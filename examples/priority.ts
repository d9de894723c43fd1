/**
 * Urgent tasks overtake others: two producers, two consumers, a priority queue. The task with the lowest
 * number is served first; tasks with the same number are served in the order of arrival.
 *
 *   npx tsx examples/priority.ts
 *
 * It prints the order of arrival beside the order of service. It checks that no task was taken while a task
 * was waiting that should be served before. Ctrl-C: no more tasks are made, and the queued tasks are
 * finished. Ctrl-C again: the program ends at once.
 */
import { pbkdf2Sync } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import { QueueShutDownError } from '../src/errors.ts'
import type { PriorityQueue, Queue, ThreadContext } from '../src/index.ts'
import { isToRun } from './shared/command.ts'
import { newTimeline, now, startTogether, type Timeline } from './shared/timeline.ts'

const HELP = `Usage: priority

Two producers make tasks of three priorities. Two consumers always work on the most urgent task.
Prints the order of arrival beside the order of service, and checks it.

  --help  prints this

Ctrl-C: no more tasks are made, and the queued tasks are finished. Ctrl-C again: the program ends at once.
Exit codes: 0; 1 a task was taken too early, or failed; 2 wrong arguments; 130 interrupted.
`

type Task = { id: string; priority: number; data: string }
/** `atMs`: the time when the put of the task had returned. */
type Arrival = { task: Task; atMs: number }
/** `askedMs` and `takenMs`: the times before and after the get that returned the task. */
type Service = { task: Task; askedMs: number; takenMs: number; result: string }
type Office = { tasks: PriorityQueue<Task>; done: Queue<Service>; timeline: Timeline }

const PRIORITIES = [1, 2, 3, 1, 2, 3, 1]
const PRODUCERS = 2
const CONSUMERS = 2
/** Rounds of the hash that makes a task. */
const ROUNDS_TO_MAKE = 20_000
/** Rounds of the hash that works on a task of priority 1. A task of priority 3 takes three times as many. */
const ROUNDS = 40_000

/** Makes tasks of all priorities. Returns them in the order in which they came to the queue. */
export function producer({ tasks }: Office, thread: ThreadContext<Office>): Arrival[] {
  const say = start('producer', thread)
  const arrivals: Arrival[] = []
  for (const [number, priority] of PRIORITIES.entries()) {
    if (thread.stopping) break
    const id = `P${thread.index + 1}-${number + 1}`
    const task = { id, priority, data: hash(id, ROUNDS_TO_MAKE) }
    // This line must come before the put, because a consumer may take the task at once and print a line.
    say(`made ${id}, priority ${priority}`)
    tasks.putSync(task)
    arrivals.push({ task, atMs: now() })
  }
  return arrivals
}

/** Works on the most urgent task, again and again, until the queue is shut down and empty. */
export function consumer({ tasks, done }: Office, thread: ThreadContext<Office>): void {
  const say = start('consumer', thread)
  for (;;) {
    const askedMs = now()
    let task: Task
    try {
      task = tasks.getSync()
    } catch (error) {
      if (error instanceof QueueShutDownError) return
      throw error
    }
    const takenMs = now()
    say(`took ${task.id}, priority ${task.priority}`)
    const result = hash(task.data, ROUNDS * task.priority)
    done.putSync({ task, askedMs, takenMs, result })
    tasks.taskDone()
  }
}

async function main(): Promise<void> {
  console.log(
    `${PRODUCERS} producers and ${CONSUMERS} consumers begin as soon as their threads have started.`,
  )
  // Loading millrace from TypeScript takes half a second, so the first line is printed before.
  const { PriorityQueue, Queue, Supervisor, task } = await import('../src/index.ts')
  const tasks = new PriorityQueue<Task>({ name: 'tasks', by: 'priority' })
  const done = new Queue<Service>({ name: 'done' })
  const office: Office = { tasks, done, timeline: newTimeline() }
  const supervisor = new Supervisor({ handleSignals: true })
  const threads = task<typeof import('./priority.ts')>(import.meta.url)
  const producers = supervisor.spawn(threads('producer', { threads: PRODUCERS, args: office }))
  const consumers = supervisor.spawn(threads('consumer', { threads: CONSUMERS, args: office }))
  const served = collect(done)

  const arrivals = (await producers.join()).flat().sort((a, b) => a.atMs - b.atMs)
  // If the consumers fail, no thread finishes the tasks, and `tasks.join()` would wait for ever.
  await Promise.race([tasks.join(), consumers.join()])
  tasks.shutdown()
  await consumers.join()
  done.shutdown()
  report(arrivals, await served)
}

/** Collects the tasks in the order of service, by their ids, because a task may be finished twice. */
async function collect(done: Queue<Service>): Promise<Service[]> {
  const all = new Map<string, Service>()
  for await (const one of done) all.set(one.task.id, one)
  return [...all.values()].sort((a, b) => a.takenMs - b.takenMs)
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
 * Finds tasks that were taken while a task was waiting that should be served before. A task was waiting if it
 * arrived before the get of the other began, and its own get began after the other was taken.
 */
function faultsIn(arrivals: Arrival[], services: Service[]): string[] {
  return services.flatMap(({ task, askedMs, takenMs }) => {
    const own = arrivals.find((arrival) => arrival.task.id === task.id)
    const passedOver = services.filter((other) => {
      const arrival = arrivals.find(({ task }) => task.id === other.task.id)
      if (arrival === undefined || own === undefined) return false
      if (arrival.atMs >= askedMs || other.askedMs <= takenMs) return false
      const { priority } = other.task
      return priority < task.priority || (priority === task.priority && arrival.atMs < own.atMs - CLOSE_MS)
    })
    return passedOver.map((other) => `${task.id} before ${other.task.id}`)
  })
}

/** Two puts that are this close may return in another order than their tasks arrived. */
const CLOSE_MS = 5

const idsOf = (all: { task: Task }[]) =>
  all
    .map(({ task }) => task.id)
    .sort()
    .join()

function hash(text: string, rounds: number): string {
  return pbkdf2Sync(text, 'salt', rounds, 16, 'sha256').toString('hex')
}

function start(role: string, { index, args: { tasks, timeline }, log }: ThreadContext<Office>) {
  const print = startTogether(timeline, PRODUCERS + CONSUMERS, log)
  return (what: string) =>
    print(() => `[${String(tasks.size).padStart(2)} waiting]  ${role} ${index + 1}  ${what}`)
}

if (isMainThread && isToRun('priority', HELP)) await main()

import { availableParallelism } from 'node:os'
import { integer, invalidType, invalidValue, type Known, oneOf, optionsObject } from '../../check.ts'
import { decideRetry, packArgs } from '../../protocol/index.ts'
import {
  durationOf,
  type GroupQueue,
  type Handle,
  internalsOf,
  isQueue,
  type Queue,
} from '../../queue/index.ts'
import type { GroupPlan } from '../groups/index.ts'
import type { SupervisorSettings } from '../options.ts'
import {
  type ConsumeOptions,
  checkedTask,
  type ProduceOptions,
  TASK_OPTIONS,
  type ThreadTask,
} from './task.ts'

type Settings = Pick<SupervisorSettings, 'restart' | 'resourceLimits' | 'grace'>

const PRODUCE_OPTIONS: Known<ProduceOptions> = { resume: true }
const CONSUME_OPTIONS: Known<ConsumeOptions> = {
  retries: true,
  backoff: true,
  concurrency: true,
  timeout: true,
  closes: true,
}
const KNOWN: Known<Record<string, unknown>> = { filename: true, name: true, ...TASK_OPTIONS }

/** The plan of a function that is run once on each thread. */
export function spawnPlan(given: ThreadTask<never>, settings: Settings): GroupPlan {
  return {
    ...planOf(optionsOf(given, {}), settings, 1, false),
    role: 'spawn',
    roleOf: () => ({ kind: 'spawn' }),
  }
}

/** The plan of a function whose items go into `queue`. */
export function producePlan(
  queue: GroupQueue,
  task: ThreadTask<never> & ProduceOptions,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const given = optionsOf(task, PRODUCE_OPTIONS)
  const plan = planOf(given, settings, 1, true)
  const { resume } = given
  if (resume !== undefined) oneOf('task.resume', resume, ['skip', 'manual'], 'skip')
  if (resume !== undefined && queue.whenFull === 'drop-newest') {
    const expected =
      "absent for a queue with whenFull 'drop-newest': what is dropped is not counted as stored"
    throw invalidValue('task.resume', expected, resume)
  }
  return {
    ...plan,
    role: 'produce',
    outputs: [queue],
    closes: [queue],
    // A source that begins anew would put again what it has put before.
    noRestart: resume === undefined ? 'a producer is started again only with `resume`' : undefined,
    roleOf: (producer) => ({ kind: 'produce', queue: handle, producer, skips: resume === 'skip' }),
  }
}

/** The plan of a function that is called with each item of `queue`. */
export function consumePlan(
  queue: GroupQueue,
  task: ThreadTask<never> & ConsumeOptions,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const given = optionsOf(task, CONSUME_OPTIONS)
  const plan = planOf(given, settings, availableParallelism(), true)
  const { maxInFlight, maxDeliveries, deadLetters } = internalsOf(queue)
  const { retries, backoff, concurrency, timeout } = given
  const role = {
    kind: 'consume',
    queue: handle,
    retries: retries === undefined ? undefined : integer('task.retries', retries, 0, 0x7fffffff),
    backoff: backoff === undefined ? 0 : durationOf('task.backoff', backoff),
    concurrency: integer('task.concurrency', concurrency, 1, maxInFlight, 1),
    timeout: timeout === undefined ? undefined : integer('task.timeout', timeout, 1, 0x7fffffff),
    maxDeliveries,
    hasDeadLetters: deadLetters !== undefined,
  } as const
  return {
    ...plan,
    role: 'consume',
    inputs: [queue],
    closes: closedQueues(given.closes, queue),
    calls: {
      concurrency: role.concurrency,
      timeoutMs: role.timeout,
      decide: (attempts) => decideRetry(role, attempts),
    },
    blamesItems: maxDeliveries > 0,
    roleOf: () => role,
  }
}

/** The parts of a plan that do not depend on the role, and the defaults of the others. */
function planOf(given: ThreadTask<never>, settings: Settings, defaultThreads: number, reuses: boolean) {
  const { args, ...task } = checkedTask(given, defaultThreads)
  const { restart, resourceLimits, grace } = settings
  const { reuse = reuses } = given
  if (typeof reuse !== 'boolean') throw invalidType('task.reuse', 'a boolean', reuse)
  const common = { task, args: packArgs('task.args', args), restart, resourceLimits, grace, reuse }
  const declared = { inputs: [], outputs: [], closes: [], calls: undefined }
  return { ...common, ...declared, blamesItems: false, noRestart: undefined }
}

/** Checks the names of a task's options. `own`: the names that are only for this method. */
function optionsOf<T extends object>(task: T, own: object): T {
  if (task === undefined) throw invalidType('task', 'an object', task)
  const given = optionsObject('task', task) as T & Record<string, unknown>
  // An option of a later version has a message of its own.
  if (given.rateLimit !== undefined)
    throw invalidValue('task.rateLimit', 'absent: it is not there yet', given.rateLimit)
  optionsObject('task', { ...given, rateLimit: undefined }, KNOWN)
  for (const name of [...Object.keys(PRODUCE_OPTIONS), ...Object.keys(CONSUME_OPTIONS)]) {
    const method = Object.hasOwn(PRODUCE_OPTIONS, name) ? 'produce' : 'consume'
    if (given[name] === undefined || Object.hasOwn(own, name)) continue
    throw invalidValue(`task.${name}`, `absent: it is for \`${method}\``, given[name])
  }
  return given
}

function closedQueues(closes: unknown, consumed: GroupQueue): GroupQueue[] {
  if (closes === undefined) return []
  const isList = Array.isArray(closes)
  const queues: unknown[] = isList ? closes : [closes]
  return [...new Set(queues.map((queue, index) => closedQueue(queue, isList ? `[${index}]` : '', consumed)))]
}

function closedQueue(queue: unknown, place: string, consumed: GroupQueue): GroupQueue {
  const name = `task.closes${place}`
  if (!isQueue(queue))
    throw invalidType(name, place === '' ? 'a Queue or an array of Queues' : 'a Queue', queue)
  if (internalsOf(queue).id === internalsOf(consumed).id) {
    const expected = `another queue than ${internalsOf(consumed).label}, whose items the group consumes`
    throw invalidValue(name, expected, queue)
  }
  return queue
}

function handleOf(queue: unknown): Handle<Queue<unknown>> {
  if (!isQueue(queue)) throw invalidType('queue', 'a Queue', queue)
  return queue.handle
}

import { availableParallelism } from 'node:os'
import { integer, invalidType, invalidValue, oneOf, optionsObject } from '../../check.ts'
import { packArgs } from '../../protocol/index.ts'
import { durationOf, type Handle, isQueue, type Queue } from '../../queue/index.ts'
import type { GroupPlan } from '../groups/index.ts'
import type { SupervisorSettings } from '../options.ts'
import { type ConsumeOptions, checkedTask, type ProduceOptions, type ThreadTask } from './task.ts'

type Settings = Pick<SupervisorSettings, 'restart' | 'resourceLimits' | 'grace'>

const ITEM_OPTIONS = ['retries', 'backoff', 'concurrency', 'timeout']

/** `others`: options of tasks that are for another method than this one. */
function planOf(given: ThreadTask<never>, settings: Settings, defaultThreads: number, others: string[]) {
  const { args, ...task } = checkedTask(given, defaultThreads)
  for (const name of others) {
    const value = (given as unknown as Record<string, unknown>)[name]
    const method = name === 'resume' ? 'produce' : 'consume'
    if (value !== undefined) throw invalidValue(`task.${name}`, `absent: it is for \`${method}\``, value)
  }
  const { restart, resourceLimits, grace } = settings
  const common = { task, args: packArgs('task.args', args), restart, resourceLimits, grace }
  return { ...common, queue: undefined, resumes: false }
}

/** @internal */
export function spawnPlan(given: ThreadTask<never>, settings: Settings): GroupPlan {
  return {
    ...planOf(ownOf(given), settings, 1, [...ITEM_OPTIONS, 'resume']),
    role: 'spawn',
    roleOf: () => ({ kind: 'spawn' }),
  }
}

/** @internal */
export function producePlan(
  queue: Queue<unknown>,
  task: ThreadTask<never> & ProduceOptions,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const given = ownOf(task)
  const plan = planOf(given, settings, 1, ITEM_OPTIONS)
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
    queue,
    resumes: resume !== undefined,
    roleOf: (producer) => ({ kind: 'produce', queue: handle, producer, skips: resume === 'skip' }),
  }
}

/** @internal */
export function consumePlan(
  queue: Queue<unknown>,
  task: ThreadTask<never> & ConsumeOptions,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const given = ownOf(task)
  const plan = planOf(given, settings, availableParallelism(), ['resume'])
  const { maxInFlight, maxDeliveries } = queue.origin.shared.geometry
  for (const name of ['rateLimit', 'closes']) {
    const value = (given as unknown as Record<string, unknown>)[name]
    if (value !== undefined) throw invalidValue(`task.${name}`, 'absent: it is not there yet', value)
  }
  const role = {
    kind: 'consume',
    queue: handle,
    retries: given.retries === undefined ? undefined : integer('task.retries', given.retries, 0, 0x7fffffff),
    backoff: given.backoff === undefined ? 0 : durationOf('task.backoff', given.backoff),
    concurrency: integer('task.concurrency', given.concurrency, 1, maxInFlight, 1),
    timeout: given.timeout === undefined ? undefined : integer('task.timeout', given.timeout, 1, 0x7fffffff),
    maxDeliveries,
    hasDeadLetters: queue.origin.deadLetters !== undefined,
  } as const
  return { ...plan, role: 'consume', queue, roleOf: () => role }
}

function ownOf<T extends object>(task: T): T {
  if (task === undefined) throw invalidType('task', 'an object', task)
  return optionsObject('task', task) as T
}

function handleOf(queue: unknown): Handle<Queue<unknown>> {
  if (!isQueue(queue)) throw invalidType('queue', 'a Queue', queue)
  return queue.handle
}

import { availableParallelism } from 'node:os'
import { integer, invalidType, invalidValue, oneOf } from '../check.ts'
import { durationOf, type Handle, isQueue, type Queue } from '../queue/index.ts'
import { packArgs } from './args.ts'
import type { GroupPlan } from './group.ts'
import type { SupervisorSettings } from './options.ts'
import { checkedTask, type ThreadTask } from './task.ts'

/** How `produce` treats a producer that died. */
export interface ProduceOptions {
  /**
   * 'skip': it is started again, and as many items are dropped as were stored before: for a source that gives the
   * same items again. 'manual': it is started again and goes on from `thread.stored` itself. Default: its death fails
   * the group.
   */
  readonly resume?: 'skip' | 'manual' | undefined
}

/** How `consume` calls its function. */
export interface ConsumeOptions {
  /**
   * Deliveries of an item after its first, those after deaths included; then it goes to the dead letters, or, without
   * any, fails its thread. Default: what the queue's `maxDeliveries` allows, without that 0.
   */
  readonly retries?: number | undefined
  /** ms until an item that failed is delivered again, doubled with each further attempt; its thread goes on meanwhile. Default 0. */
  readonly backoff?: number | undefined
  /** Calls of an asynchronous function under way at once in each thread, 1 to the queue's `maxInFlight`; default 1. */
  readonly concurrency?: number | undefined
}

type Settings = Pick<SupervisorSettings, 'restart' | 'resourceLimits' | 'grace'>

function planOf(given: ThreadTask<never>, settings: Settings, defaultThreads: number) {
  const task = checkedTask(given, defaultThreads)
  const { restart, resourceLimits, grace } = settings
  const common = { task, args: packArgs('task.args', task.args), restart, resourceLimits, grace }
  return { ...common, queue: undefined, resumes: false }
}

/** @internal */
export function spawnPlan(given: ThreadTask<never>, settings: Settings): GroupPlan {
  return { ...planOf(given, settings, 1), role: 'spawn', roleOf: () => ({ kind: 'spawn' }) }
}

/** @internal */
export function producePlan(
  queue: Queue<unknown>,
  given: ThreadTask<never> & ProduceOptions,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const plan = planOf(given, settings, 1)
  const { resume } = given
  if (resume !== undefined) oneOf('task.resume', resume, ['skip', 'manual'], 'skip')
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
  given: ThreadTask<never> & ConsumeOptions,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const plan = planOf(given, settings, availableParallelism())
  const { maxInFlight, maxDeliveries } = queue.origin.shared.geometry
  for (const later of ['timeout', 'rateLimit'] as const) {
    const value = (given as unknown as Record<string, unknown>)[later]
    if (value !== undefined) throw invalidValue(`task.${later}`, 'absent: it is not there yet', value)
  }
  const role = {
    kind: 'consume',
    queue: handle,
    retries: given.retries === undefined ? undefined : integer('task.retries', given.retries, 0, 0x7fffffff),
    backoff: given.backoff === undefined ? 0 : durationOf('task.backoff', given.backoff),
    concurrency: integer('task.concurrency', given.concurrency, 1, maxInFlight, 1),
    maxDeliveries,
    hasDeadLetters: queue.origin.deadLetters !== undefined,
  } as const
  return { ...plan, role: 'consume', queue, roleOf: () => role }
}

function handleOf(queue: unknown): Handle<Queue<unknown>> {
  if (!isQueue(queue)) throw invalidType('queue', 'a Queue', queue)
  return queue.handle
}

import { availableParallelism } from 'node:os'
import { integer, invalidType, invalidValue, type Known, oneOf, optionsObject } from '../../check.ts'
import { LIMITER, type LimitHandleData, limitOf } from '../../limits/index.ts'
import { type ConsumeRole, decideRetry, packArgs } from '../../protocol/index.ts'
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
import { type Work, workOf } from './given.ts'
import { type ConsumeOptions, exportName, type ProduceOptions } from './task.ts'

type Settings = Pick<SupervisorSettings, 'restart' | 'resourceLimits' | 'grace'>

const PRODUCE_OPTIONS: Known<ProduceOptions> = { resume: true }
const CONSUME_OPTIONS: Known<ConsumeOptions> = {
  retries: true,
  backoff: true,
  concurrency: true,
  timeout: true,
  closes: true,
  recycle: true,
  rateLimit: true,
  key: true,
}
/** The options that are for one method, each with its method. */
const METHODS: Readonly<Record<string, string>> = {
  ...methodOfEach(PRODUCE_OPTIONS, 'produce'),
  ...methodOfEach(CONSUME_OPTIONS, 'consume'),
}

function methodOfEach(options: object, method: string): Record<string, string> {
  return Object.fromEntries(Object.keys(options).map((name) => [name, method]))
}

/** The plan of a function that is run once on each thread. */
export function spawnPlan(given: unknown, options: unknown, settings: Settings): GroupPlan {
  return {
    ...planOf(workFor('spawn', given, options), settings, 1, false),
    role: 'spawn',
    roleOf: () => ({ kind: 'spawn' }),
  }
}

/** The plan of a function whose items go into `queue`. */
export function producePlan(
  queue: GroupQueue,
  given: unknown,
  options: unknown,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const work = workFor('produce', given, options)
  const plan = planOf(work, settings, 1, true)
  const { resume } = work.options
  if (resume !== undefined) oneOf(work.at('resume'), resume, ['skip', 'manual'], 'skip')
  if (resume !== undefined && queue.whenFull === 'drop-newest') {
    const expected =
      "absent for a queue with whenFull 'drop-newest': what is dropped is not counted as stored"
    throw invalidValue(work.at('resume'), expected, resume)
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
  given: unknown,
  options: unknown,
  settings: Settings,
): GroupPlan {
  const handle = handleOf(queue)
  const work = workFor('consume', given, options)
  const plan = planOf(work, settings, availableParallelism(), true)
  const { maxInFlight, maxDeliveries, deadLetters } = internalsOf(queue)
  const { retries, backoff, concurrency, timeout } = work.options
  const lanes = integer(work.at('concurrency'), concurrency, 1, maxInFlight, 1)
  const role = {
    kind: 'consume',
    queue: handle,
    retries: retries === undefined ? undefined : integer(work.at('retries'), retries, 0, 0x7fffffff),
    backoff: backoff === undefined ? 0 : durationOf(work.at('backoff'), backoff),
    concurrency: lanes,
    timeout: timeout === undefined ? undefined : integer(work.at('timeout'), timeout, 1, 0x7fffffff),
    maxDeliveries,
    hasDeadLetters: deadLetters !== undefined,
    ...recycling(work),
    ...limitation(work, maxInFlight - lanes),
  } as const
  return {
    ...plan,
    role: 'consume',
    inputs: [queue],
    closes: closedQueues(work, queue),
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
function planOf({ options, at, found }: Work, settings: Settings, defaultThreads: number, reuses: boolean) {
  const { restart, resourceLimits, grace } = settings
  const threads = integer(at('threads'), options.threads, 1, 1024, defaultThreads)
  const { reuse = reuses } = options
  if (typeof reuse !== 'boolean') throw invalidType(at('reuse'), 'a boolean', reuse)
  const args = packArgs(at('args'), options.args)
  const share = options.threads === undefined ? threads : 0
  const setup = options.setup === undefined ? undefined : exportName(at('setup'), options.setup)
  const teardown = options.teardown === undefined ? undefined : exportName(at('teardown'), options.teardown)
  const calling = { args, reuse, share, setup, teardown }
  const common = { task: { ...found, threads }, ...calling, restart, resourceLimits, grace }
  const declared = { inputs: [], outputs: [], closes: [], calls: undefined }
  return { ...common, ...declared, blamesItems: false, noRestart: undefined }
}

/** When a thread of `consume` is replaced. */
function recycling({ options, at }: Work): Pick<ConsumeRole, 'recycleItems' | 'recycleHeapMb'> {
  const of = at('recycle')
  const known: Known<NonNullable<ConsumeOptions['recycle']>> = { items: true, heapMb: true }
  const { items, heapMb } = optionsObject(of, options.recycle, known)
  return {
    recycleItems: items === undefined ? undefined : integer(`${of}.items`, items, 1, 0x7fffffff),
    recycleHeapMb: heapMb === undefined ? undefined : integer(`${of}.heapMb`, heapMb, 1, 0x7fffffff),
  }
}

/** What grants the calls. A thread may hold `room` items beside those of its calls. */
function limitation(
  { options, at }: Work,
  room: number,
): Pick<ConsumeRole, 'limiter' | 'limitKey' | 'mostWaiting'> {
  const limiter = limitOf(at, options)
  const { key } = options
  if (key !== undefined && typeof key !== 'string') {
    throw invalidType(at('key'), 'the name of a property of the items: a function cannot go to threads', key)
  }
  return {
    limiter: limiter?.handle as LimitHandleData | undefined,
    limitKey: key,
    // Without keys, all wait for the same.
    mostWaiting: limiter?.[LIMITER].handle.kind === 'keyed-limiter' ? Math.max(1, room) : 1,
  }
}

/** The work of the method `method`. Options that are for another method are refused. */
function workFor(method: string, given: unknown, options: unknown): Work {
  const work = workOf(given, options)
  for (const [name, of] of Object.entries(METHODS)) {
    const value = (work.options as Record<string, unknown>)[name]
    if (value !== undefined && of !== method)
      throw invalidValue(work.at(name), `absent: it is for \`${of}\``, value)
  }
  return work
}

function closedQueues({ options, at }: Work, consumed: GroupQueue): GroupQueue[] {
  const { closes } = options
  if (closes === undefined) return []
  const isList = Array.isArray(closes)
  const queues: unknown[] = isList ? closes : [closes]
  const name = at('closes')
  return [
    ...new Set(queues.map((queue, index) => closedQueue(queue, name, isList ? `[${index}]` : '', consumed))),
  ]
}

function closedQueue(queue: unknown, option: string, place: string, consumed: GroupQueue): GroupQueue {
  const name = option + place
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

import { getEventListeners } from 'node:events'
import {
  AbortError,
  attach,
  attachAsync,
  codecs,
  defineCodec,
  LifoQueue,
  MillraceError,
  PriorityQueue,
  Queue,
  Supervisor,
  select,
  selectSync,
  watch,
} from '../../src/index.ts'
import { registry } from '../../src/queue/recovery/registry.ts'
import { Random } from '../support/random.mjs'
import { seedOf, serveIndexed } from './indexed-run.ts'

/** Time for a call whose arguments were accepted, and which waits. Its queue is detached then. */
const DEADLINE_MS = 5

const aborted = AbortSignal.abort(new Error('aborted before'))
const open = new AbortController().signal
const other = new Queue({ maxsize: 1 })

/** Values that no option accepts, and some that a few options do. */
const VALUES: readonly unknown[] = [
  ...[undefined, null, true, false, '', 'x', '7', 'wait', 'drop-oldest', 'auto', Symbol('s'), 7n],
  ...[0, -0, 1, -1, 2, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 100, 65_537],
  ...[2 ** 20 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, 5e-324],
  ...[
    {},
    [],
    [1],
    () => 1,
    new Date(0),
    /x/,
    new Map(),
    Object.create(null),
    new Proxy({}, {}),
    new Uint8Array(3),
  ],
  ...[
    aborted,
    open,
    { aborted: true },
    { addEventListener: 1 },
    codecs.json,
    codecs.int32,
    other,
    other.handle,
  ],
  ...[
    { name: 'x', encode: 1, decode: 2 },
    { max: -1 },
    { onThrow: 'yes' },
    'file:///nowhere.mjs',
    '/nowhere.mjs',
  ],
]

const QUEUE_OPTIONS = [
  ...['maxsize', 'codec', 'itemBytes', 'maxItemBytes', 'memoryBytes', 'whenFull', 'ack', 'maxInFlight'],
  ...['maxDeliveries', 'deadLetters', 'maxThreads', 'name', 'by', 'ageing'],
]
const WAIT_OPTIONS = ['timeout', 'signal', 'linger', 'priority', 'immediate']
const SUPERVISOR_OPTIONS = [
  'name',
  'maxThreads',
  'signal',
  'restart',
  'resourceLimits',
  'grace',
  'handleSignals',
]
const TASK_OPTIONS = [
  ...[
    'filename',
    'name',
    'args',
    'threads',
    'restart',
    'retries',
    'backoff',
    'concurrency',
    'resume',
    'grace',
  ],
  ...['timeout', 'rateLimit', 'resourceLimits', 'exportName', 'group'],
]
const CODEC_OPTIONS = ['filename', 'name', 'encode', 'decode', 'byteLength']

const WRONG = [
  ...[{ threads: 'x' }, { threads: -1 }, { name: '' }, { name: 7 }, { args: () => 1 }, { args: Symbol('s') }],
]

/** An object with some of these options, or another value. */
// biome-ignore lint/suspicious/noExplicitAny: arguments that types would refuse
function given(random: Random, names: readonly string[]): any {
  if (random.chance(0.1)) return random.pick(VALUES)
  const options: Record<string, unknown> = {}
  for (let count = 1 + random.below(3); count > 0; count--) options[random.pick(names)] = random.pick(VALUES)
  return options
}

type Call = (random: Random, queue: Queue<unknown>) => unknown

// biome-ignore lint/suspicious/noExplicitAny: arguments that types would refuse
const any = (random: Random): any => random.pick(VALUES)
const wait = (random: Random) => given(random, WAIT_OPTIONS)
const priorities = new PriorityQueue<unknown>({ maxsize: 4 })

const CALLS: Record<string, Call> = {
  'new Queue': (random) => {
    const Kind = random.pick([Queue, LifoQueue, PriorityQueue])
    new Kind(given(random, QUEUE_OPTIONS))[Symbol.dispose]()
  },
  put: (random, queue) => queue.put(any(random), wait(random)),
  putSync: (random, queue) => queue.putSync(any(random), wait(random)),
  tryPut: (random) => {
    priorities.tryPut(any(random), given(random, ['priority']))
    while (priorities.size > 0) {
      priorities.tryGet()
      priorities.taskDone()
    }
  },
  putMany: (random, queue) => queue.putMany(any(random), wait(random)),
  putManySync: (random, queue) => queue.putManySync(any(random), wait(random)),
  get: (random, queue) => queue.get(wait(random)),
  getSync: (random, queue) => queue.getSync(wait(random)),
  getMany: (random, queue) => queue.getMany(any(random), wait(random)),
  getManySync: (random, queue) => queue.getManySync(any(random), wait(random)),
  take: async (random, queue) => {
    const delivery = await queue.take(wait(random))
    if (random.chance(0.5)) delivery.retry(given(random, ['delay', 'error']))
    else delivery.fail(any(random))
  },
  takeSync: (random, queue) => queue.takeSync(wait(random)).done(),
  taskDone: (random, queue) => queue.taskDone(any(random)),
  join: (random, queue) => queue.join(wait(random)),
  joinSync: (random, queue) => queue.joinSync(wait(random)),
  shutdown: (random, queue) => queue.shutdown(wait(random)),
  select: (random, queue) =>
    select(
      random.chance(0.5) ? { queue } : random.chance(0.5) ? { queue, any: any(random) } : any(random),
      wait(random),
    ),
  selectSync: (random, queue) => selectSync(random.chance(0.5) ? { queue } : any(random), wait(random)),
  attach: (random) => {
    const value = any(random)
    if (value !== other.handle) attach(value)
  },
  attachAsync: (random) => attachAsync(any(random)),
  defineCodec: (random) => defineCodec(given(random, CODEC_OPTIONS)),
  watch: (random) => watch(any(random)),
  'new Supervisor': (random) => new Supervisor(given(random, SUPERVISOR_OPTIONS)).close(),
  'Supervisor.join': (random) => new Supervisor().join(wait(random)),
  'Supervisor.spawn': (random) => tried(random, (supervisor, task) => supervisor.spawn(task)),
  'Supervisor.produce': (random, queue) =>
    tried(random, (supervisor, task) => supervisor.produce(random.chance(0.8) ? queue : any(random), task)),
  'Supervisor.consume': (random, queue) =>
    tried(random, (supervisor, task) => supervisor.consume(random.chance(0.8) ? queue : any(random), task)),
}

/** Starts a group with some options. A group that is accepted is ended at once. */
// biome-ignore lint/suspicious/noExplicitAny: arguments that types would refuse
async function tried(random: Random, start: (supervisor: Supervisor, task: any) => unknown): Promise<void> {
  const supervisor = new Supervisor()
  const some = given(random, TASK_OPTIONS)
  // Most tasks have a file and exactly one option that is wrong, so that the checks after that of the file
  // are reached.
  const task = random.chance(0.2) ? some : { ...some, filename: 'file:///nowhere.mjs', ...random.pick(WRONG) }
  try {
    start(supervisor, task)
  } finally {
    await supervisor.destroy()
  }
}

/** Every refusal of this library begins with its argument, its option or the item. */
const NAMES =
  /^(options|task|queues|queue|handle|definition|worker|items|item|max|count|filename|name|encode|decode|byteLength)\b.* (?:must be|is not a known option)/

/** The reason why an error is no refusal that a caller can act on; undefined if it is one. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof MillraceError || error instanceof AbortError) return undefined
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const isRefusal = error instanceof TypeError || error instanceof RangeError
  if (isRefusal && typeof code === 'string' && NAMES.test(String(message))) return undefined
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const watched: Record<string, () => number> = {
  'attached queues': () => registry().attached.size,
  'listeners of SIGINT': () => process.listenerCount('SIGINT'),
  'listeners of a signal': () => getEventListeners(open, 'abort').length,
}

const uncaught: string[] = []
process.on('uncaughtException', (error) => uncaught.push(`uncaught: ${error.stack}`))
process.on('unhandledRejection', (error) => uncaught.push(`unhandled: ${(error as Error)?.stack ?? error}`))

await serveIndexed(async (seed, index) => {
  const random = new Random(seedOf(seed, index))
  const name = random.pick(Object.keys(CALLS))
  const before = Object.entries(watched).map(([what, count]) => [what, count()] as const)
  const queue = new Queue<unknown>({ maxsize: 4, ack: random.pick(['manual', 'auto']) })
  for (let items = random.below(3); items > 0; items--) queue.tryPut({ items })
  let outcome = 'accepted'
  const faults: string[] = []
  const call = (async () => (CALLS[name] as Call)(random, queue))().catch((error: unknown) => {
    outcome = 'refused'
    const fault = faultOf(error)
    if (fault !== undefined) faults.push(fault)
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DEADLINE_MS)
  })
  await Promise.race([call, late])
  clearTimeout(timer)
  // The detaching rejects a call that waits.
  queue[Symbol.dispose]()
  await call
  for (const [what, count] of before) {
    const now = (watched[what] as () => number)()
    if (now > count) faults.push(`${now - count} more ${what}`)
  }
  faults.push(...uncaught.splice(0))
  if (faults.length > 0) throw new Error(`${name}: ${faults.join('\n')}`)
  return `${name} ${outcome}`
})
process.exit(0)

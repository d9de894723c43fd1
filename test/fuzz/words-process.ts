import type { Geometry } from '../../src/core/geometry.ts'
import {
  codecs,
  type DeadLetter,
  type Delivery,
  LifoQueue,
  MillraceError,
  PriorityQueue,
  Queue,
  type QueueOptions,
  select,
} from '../../src/index.ts'
import { Random } from '../support/random.mjs'
import { damageOne } from './damage.ts'
import { skipSleeps } from './fixtures/skip-sleeps.mjs'
import { seedOf, serveIndexed } from './indexed-run.ts'
import { Threads } from './words-threads.ts'

const CALLS = 16
/** The longest timeout of a call that waits, in ms. */
const SHORT_MS = 3

/**
 * The longest time for which one call, or one task of the event loop, may block the thread, in skipped
 * sleeps.
 */
const MAX_BLOCKED_MS = 12_000

/** ms of skipped sleeps since the last call or task began, and the most so far. */
let blocked = 0
let longestBlocked = 0
skipSleeps((ms) => {
  blocked += ms
  longestBlocked = Math.max(longestBlocked, blocked)
})
setInterval(() => {
  blocked = 0
}, 1).unref()

const threads = new Threads(2)
const uncaught: string[] = []
process.on('uncaughtException', (error) => uncaught.push(`uncaught: ${error.stack}`))
process.on('unhandledRejection', (error) => uncaught.push(`unhandled: ${(error as Error).stack ?? error}`))
process.removeAllListeners('warning')
process.on('warning', () => {})

/**
 * A queue of some kind, with options that enlarge its memory: blocks, failure histories, keys, a dead-letter
 * queue.
 */
function makeQueue(random: Random): Queue<string> {
  const Kind = random.pick([Queue, Queue, LifoQueue, PriorityQueue])
  const whenFull = Kind === PriorityQueue || random.chance(0.6) ? 'wait' : 'drop-oldest'
  const options: QueueOptions<string> = {
    maxsize: random.pick([1, 4, 7]),
    maxThreads: 4,
    maxInFlight: 4,
    codec: random.pick([codecs.structured, codecs.string, codecs.json]),
    itemBytes: 64,
    maxItemBytes: 4096,
    memoryBytes: random.pick([4096, 16_384]),
    whenFull,
    ack: random.pick(['manual', 'auto']),
  }
  if (random.chance(0.5)) {
    options.deadLetters = new Queue<DeadLetter<string>>({
      maxsize: random.pick([1, 100]),
      whenFull: random.pick(['wait', 'drop-oldest']),
      codec: codecs.json,
    })
    options.maxDeliveries = 2
  }
  return new Kind<string>(options)
}

/** Makes a call on the main thread. It may fail with an error of this library. */
async function call(queue: Queue<string>, random: Random, deliveries: Delivery<string>[]): Promise<unknown> {
  const item = 'm'.repeat(random.chance(0.3) ? random.below(3000) : random.below(60))
  const timeout = random.below(SHORT_MS)
  switch (random.below(14)) {
    case 0:
    case 1:
      return queue.tryPut(item)
    case 2:
      return queue.put(item, { timeout })
    case 3:
      return queue.putMany([item, item], { timeout })
    case 4:
      return queue.tryGet()
    case 5:
      return queue.get({ timeout })
    case 6:
      return queue.getMany(3, { timeout, linger: 1 })
    case 7:
      return deliveries.push(await queue.take({ timeout }))
    case 8:
      return settle(deliveries.pop(), random)
    case 9:
      return queue.taskDone()
    case 10:
      return queue.stats()
    case 11:
      return [queue.size, queue.unfinished, queue.full, queue.empty, queue.isShutDown]
    case 12:
      return queue.join({ timeout })
    default:
      return select({ queue }, { timeout })
  }
}

function settle(delivery: Delivery<string> | undefined, random: Random): void {
  const way = random.below(4)
  if (way === 0) delivery?.retry()
  else if (way === 1) delivery?.retry({ delay: random.below(4), error: new Error('again') })
  else if (way === 2) delivery?.fail(new Error('dead-lettered'))
  else delivery?.done()
}

await serveIndexed(async (seed, index) => {
  const random = new Random(seedOf(seed, index))
  const queue = makeQueue(random)
  const { memory, geometry } = queue.handle as unknown as { memory: WebAssembly.Memory; geometry: Geometry }
  const words = new Int32Array(memory.buffer)
  const deliveries: Delivery<string>[] = []
  const codes = new Set<string>()
  const attempt = async (run: () => unknown): Promise<void> => {
    blocked = 0
    try {
      await run()
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      codes.add(error.code)
    }
  }
  const calls = async (count: number) => {
    for (let left = count; left > 0; left--) await attempt(() => call(queue, random, deliveries))
  }
  await threads.begin(queue.handle, seedOf(seed, index))
  await calls(random.below(CALLS))
  const damages = Array.from({ length: random.chance(0.7) ? 1 : 2 + random.below(5) }, () =>
    damageOne(random, words, geometry),
  )
  const faults: string[] = []
  try {
    await calls(CALLS)
    if (random.chance(0.3)) {
      await threads.kill(random.below(2))
      await calls(4)
    }
    await threads.stop()
    if (random.chance(0.7)) await attempt(() => queue.shutdown({ immediate: random.chance(0.5) }))
    await calls(4)
    await attempt(() => queue[Symbol.dispose]())
  } catch (error) {
    faults.push((error as Error).stack ?? String(error))
    await threads.stop()
  }
  if (longestBlocked > MAX_BLOCKED_MS)
    faults.push(`a call would have held up the event loop for ${longestBlocked} ms`)
  longestBlocked = 0
  faults.push(...threads.faults.splice(0), ...uncaught.splice(0))
  if (faults.length > 0) throw new Error(`${JSON.stringify(damages)}: ${faults.join('\n')}`)
  return codes.has('ERR_QUEUE_CORRUPT')
    ? 'QueueCorruptError'
    : codes.has('ERR_CODEC')
      ? 'CodecError'
      : 'went on'
})
await threads.close()
process.exit(0)

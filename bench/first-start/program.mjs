/**
 * One measurement in a fresh process: `program.mjs CONTENDER MEASUREMENT THREADS`. It prints one number. The
 * same text is run as TypeScript. Packages are imported here and not at the top, so that a contender does not
 * pay for the others.
 */
import { Worker } from 'node:worker_threads'

const [, , contender, measurement, threadsText] = process.argv
const threads = Number(threadsText)
const own = new URL(`./work${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url)
/** A bare Worker and piscina cannot load TypeScript. */
const plain = new URL('./work.mjs', import.meta.url)

const words = new Int32Array(new SharedArrayBuffer(8))
const times = new BigInt64Array(new SharedArrayBuffer(8))
const args = { words, times }

/** The time in ms between `from` and the moment that a thread has noted. */
const noted = (from) => Number(times[0] - from) / 1e6
const now = () => process.hrtime.bigint()

/** Waits until as many threads have begun. */
async function begun(count) {
  for (;;) {
    const seen = Atomics.load(words, 0)
    if (seen >= count) return
    await Atomics.waitAsync(words, 0, seen).value
  }
}

async function timed(run) {
  const from = now()
  await run()
  return Number(now() - from) / 1e6
}

const bare = {
  load: () => import('node:worker_threads'),
  start() {
    const worker = new Worker(plain, { workerData: { ...args, bare: true } })
    return new Promise((resolve) => worker.once('message', () => resolve(worker)))
  },
  async item() {
    const from = now()
    await this.start()
    return noted(from)
  },
  async caller() {
    const worker = await this.start()
    return () =>
      new Promise((resolve) => {
        worker.once('message', resolve)
        worker.postMessage(0)
      })
  },
  async result() {
    await this.start()
  },
  async secondRun() {
    return timed(await this.caller())
  },
  async idle(count) {
    for (let started = 0; started < count; started++) void this.start()
  },
}

const millrace = {
  load: () => import('millrace'),
  async item() {
    const { Queue, Supervisor } = await this.load()
    const from = now()
    const queue = new Queue()
    queue.tryPut(1)
    new Supervisor().consume(queue, { filename: own, name: 'item', threads: 1, args })
    await begun(1)
    return noted(from)
  },
  async caller() {
    const { run } = await this.load()
    const call = () => run({ filename: own, name: 'result' }, 0)
    await call()
    return call
  },
  async result() {
    const { Supervisor } = await this.load()
    await new Supervisor().spawn({ filename: own, name: 'result' }).join()
  },
  /** A queue, a supervisor and a group with one item, to the end of the group. */
  async secondRun() {
    const { Queue, Supervisor } = await this.load()
    const consumeOne = async () => {
      const queue = new Queue()
      queue.tryPut(1)
      queue.shutdown()
      await new Supervisor().consume(queue, { filename: own, name: 'item', threads: 1, args }).join()
    }
    await consumeOne()
    return timed(consumeOne)
  },
  async idle(count) {
    const { Supervisor } = await this.load()
    new Supervisor().spawn({ filename: own, name: 'idle', args, threads: count })
  },
}

const piscina = {
  load: () => import('piscina'),
  async pool(count) {
    const { Piscina } = await this.load()
    return new Piscina({ filename: plain.href, minThreads: count, maxThreads: count })
  },
  async item() {
    await this.load()
    const from = now()
    const pool = await this.pool(1)
    await pool.run(args, { name: 'noteStart' })
    return noted(from)
  },
  async caller() {
    const pool = await this.pool(1)
    const call = () => pool.run({}, { name: 'result' })
    await call()
    return call
  },
  async result() {
    await this.caller()
  },
  async secondRun() {
    return timed(await this.caller())
  },
  async idle(count) {
    const pool = await this.pool(count)
    for (let started = 0; started < count; started++) void pool.run(args, { name: 'idle' })
  },
}

/** The memory in MB of this process with `threads` idle threads. */
async function memory(subject) {
  await subject.idle(threads)
  await begun(threads)
  // The memory that a thread still frees or allocates after it has begun.
  await new Promise((resolve) => setTimeout(resolve, 300))
  return process.memoryUsage.rss() / 2 ** 20
}

/** The median time of a call on a thread that is there. */
async function callTime(subject) {
  const call = await subject.caller()
  const all = []
  for (let count = 0; count < 300; count++) all.push(await timed(call))
  return all.sort((a, b) => a - b)[150]
}

async function firstResult(subject) {
  await subject.load()
  return timed(() => subject.result())
}

const subject = { bare, millrace, piscina }[contender]
const value = {
  import: () => timed(() => subject.load()),
  'first item': () => subject.item(),
  'first result': () => firstResult(subject),
  'second run': () => subject.secondRun(),
  'one call': () => callTime(subject),
  memory: () => memory(subject),
}[measurement]
console.log(await value())
process.exit()

// Many calls of one queue are pending. Each costs the same, however many there are and however it ends.
import { Queue, select } from 'millrace'

const [kind, count] = [process.argv[2], Number(process.argv[3])]
const calls = (call) => Array.from({ length: count }, (_, n) => call(n))
const all = (promises) => Promise.allSettled(promises)
const auto = { ack: 'auto' }

function full() {
  const queue = new Queue({ maxsize: 1 })
  queue.tryPut(0)
  return queue
}

async function aborted(call) {
  const controller = new AbortController()
  const promises = calls((n) => call(n, controller.signal))
  controller.abort()
  return all(promises)
}

const kinds = {
  async put() {
    const queue = new Queue(auto)
    const puts = calls((n) => queue.put(n))
    for (let n = 0; n < count; n++) if ((await queue.get()) !== n) throw new Error(`not ${n}`)
    return all(puts)
  },
  async get() {
    const queue = new Queue(auto)
    const gets = calls(() => queue.get())
    for (let n = 0; n < count; n++) await queue.put(n)
    return all(gets)
  },
  async take() {
    const queue = new Queue({ maxInFlight: 65536 })
    const takes = calls(async () => (await queue.take()).done())
    for (let n = 0; n < count; n++) await queue.put(n)
    return all(takes)
  },
  async join() {
    const queue = full()
    const joins = calls(() => queue.join())
    queue.tryGet()
    queue.taskDone()
    return all(joins)
  },
  async getMany() {
    const queue = new Queue(auto)
    const batches = calls(() => queue.getMany(1, { linger: 1000 }))
    for (let n = 0; n < count; n++) await queue.put(n)
    return all(batches)
  },
  async select() {
    const queues = { a: new Queue(auto), b: new Queue(auto) }
    const selects = calls(() => select(queues))
    for (let n = 0; n < count; n++) await (n % 2 ? queues.a : queues.b).put(n)
    return all(selects)
  },
  async iterate() {
    const queue = new Queue(auto)
    const loops = calls(async () => {
      for await (const _ of queue) break
    })
    for (let n = 0; n < count; n++) await queue.put(n)
    return all(loops)
  },
  lapse: () => {
    const queue = full()
    return all(calls((n) => queue.put(n, { timeout: 10 + (n % 100) })))
  },
  abort: () => {
    const queue = full()
    return aborted((n, signal) => queue.put(n, { signal }))
  },
  abortSelect: () => {
    const queues = { a: new Queue(), b: new Queue() }
    return aborted((_, signal) => select(queues, { signal }))
  },
  async abortLastFirst() {
    const queue = new Queue()
    const controllers = calls(() => new AbortController())
    const gets = controllers.map(({ signal }) => queue.get({ signal }))
    for (const controller of controllers.reverse()) controller.abort()
    return all(gets)
  },
  async shutdown() {
    const queue = new Queue()
    const gets = calls(() => queue.get({ timeout: 1e9 }))
    queue.shutdown()
    return all(gets)
  },
  async detach() {
    const queue = new Queue()
    const gets = calls(() => queue.get())
    queue[Symbol.dispose]()
    return all(gets)
  },
}

const codes = new Set()
for (const { reason } of await kinds[kind]()) codes.add(reason?.code ?? 'fulfilled')
console.log(...codes)

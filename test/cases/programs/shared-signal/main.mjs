// Twelve waits of a kind share one signal of the system or one AbortSignal. Prints the warnings of Node.
import { getEventListeners } from 'node:events'
import { Queue, Supervisor, select } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
process.on('warning', ({ name, message }) => console.log(name, message))

const { signal } = new AbortController()
const twelve = (one) => Array.from({ length: 12 }, (_, index) => one(index))
const queue = new Queue({ ack: 'auto' })
let handled = 0

async function supervisors() {
  const all = twelve(() => new Supervisor({ handleSignals: true }))
  const joins = all.map((supervisor) => supervisor.spawn({ filename }).join())
  handled = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
  await Promise.all(joins)
}

const kinds = {
  supervisors,
  signalsOption: () =>
    Promise.all(twelve(() => new Supervisor({ signal }).spawn({ filename }).join({ signal }))),
  async gets() {
    const gets = twelve(() => queue.get({ signal }))
    for (const item of twelve(Number)) await queue.put(item)
    await Promise.all(gets)
  },
  async puts() {
    const small = new Queue({ maxsize: 1, ack: 'auto' })
    const puts = twelve((n) => small.put(n, { signal }))
    for (const _ of puts) await small.get()
    await Promise.all(puts)
  },
  async joins() {
    await queue.put(1)
    const joins = twelve(() => queue.join({ signal }))
    await queue.get()
    await Promise.all(joins)
  },
  async selects() {
    const other = new Queue({ ack: 'auto' })
    const selects = twelve(() => select({ queue, other }, { signal }))
    for (const item of twelve(Number)) await (item % 2 ? queue : other).put(item)
    await Promise.all(selects)
  },
  async groupJoins() {
    const group = new Supervisor().spawn({ filename })
    await Promise.all(twelve(() => group.join({ signal })))
  },
  async ofThread() {
    const words = new Int32Array(new SharedArrayBuffer(4))
    const group = new Supervisor().spawn({ filename, name: 'waits', args: { queue, words } })
    while (Atomics.load(words, 0) === 0) await new Promise(setImmediate)
    await group.stop()
    console.log(...(await group.join())[0])
  },
}

await kinds[process.argv[2]]()
await new Promise(setImmediate)
const left = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
console.log('handled', handled, 'left', left + getEventListeners(signal, 'abort').length)

// node main.mjs HOW STARTER: a thread of a thread holds an item, and this thread gets no messages of threads.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Queue } from 'millrace'

const [, , how, starter] = process.argv
const queue = new Queue({ maxsize: 4 })
await queue.put('a')
process.removeAllListeners('workerMessage')
process.on('workerMessage', () => {})

const words = new Int32Array(new SharedArrayBuffer(4))
const middle = new Worker(new URL(`./${starter}.mjs`, import.meta.url), {
  workerData: { handle: queue.handle, how, words },
})
await once(middle, 'message')
// This is many times as long as millrace waits for a notice or an answer. For a blocked thread it waits
// longer.
await sleep(how === 'blocked' ? 1800 : 600)
const { held, returned } = queue.stats()
console.log(`held ${held}, returned ${returned}`)
Atomics.store(words, 0, 1)
Atomics.notify(words, 0)
console.log(`after its death: ${await queue.get({ timeout: 20_000 })}`)
queue.taskDone()
await middle.terminate()

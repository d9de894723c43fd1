import { setTimeout as sleep } from 'node:timers/promises'
import { Queue, Supervisor } from 'millrace'

const queue = new Queue()
const words = new Int32Array(new SharedArrayBuffer(4))
const supervisor = new Supervisor()
const args = { handle: queue.handle, words }
supervisor.spawn({ filename: new URL('./work.mjs', import.meta.url), name: 'starts', args })
await Atomics.waitAsync(words, 0, 0).value
// This is several times as long as a thread waits for a lifeline that does not come.
await sleep(1000)
const { known } = globalThis[Symbol.for('millrace.others')]
console.log([...known.values()].map(({ lifelines }) => lifelines.length).join())
await supervisor.close()

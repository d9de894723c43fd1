import { parentPort, workerData } from 'node:worker_threads'
import { attach } from 'millrace'

const { handle, how, words } = workerData
const queue = attach(handle)
queue.getSync()
parentPort.postMessage('holds')
// Without a listener, a thread that waits asynchronously would end.
parentPort.on('message', () => {})
if (how === 'blocked') Atomics.wait(words, 0, 0)
else await Atomics.waitAsync(words, 0, 0).value
process.exit(1)

import { parentPort, Worker, workerData } from 'node:worker_threads'

const holder = new Worker(new URL('./holder.mjs', import.meta.url), { workerData })
holder.once('message', (message) => parentPort.postMessage(message))
// This thread stays alive, so that only the holder dies.
parentPort.on('message', () => {})

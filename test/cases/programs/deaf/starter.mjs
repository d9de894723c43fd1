import { parentPort, Worker, workerData } from 'node:worker_threads'

const holder = new Worker(new URL('./holder.mjs', import.meta.url), { workerData })
holder.once('message', (message) => parentPort.postMessage(message))
// It stays, so that the holder dies alone.
parentPort.on('message', () => {})

import { workerData } from 'node:worker_threads'
import { attach } from 'millrace'

await attach(workerData.handle)
const { words } = workerData
Atomics.store(words, 0, 1)
Atomics.notify(words, 0)
setInterval(() => {}, 1000)

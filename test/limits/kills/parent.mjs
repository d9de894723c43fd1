import { parentPort, Worker, workerData } from 'node:worker_threads'

/** Starts a victim, and terminates it when told to. It knows nothing of limiters. */
const child = new Worker(new URL('./victim.mjs', import.meta.url), {
  workerData: workerData.child,
  execArgv: [],
})
parentPort.on('message', () => void child.terminate())
child.on('exit', () => {
  parentPort.postMessage('dead')
  parentPort.close()
})

import { parentPort, workerData } from 'node:worker_threads'
import { barrierOf } from './barrier.mjs'

/** Prepares the function of its role once, then runs it in every round. */
const { file, role, data, barrier, parties } = workerData
const roles = await import(`./${file}.mjs`)
const arrive = barrierOf(barrier, parties)
const run = await roles[role](data)

parentPort.on('message', async () => {
  arrive()
  parentPort.postMessage(await run())
})
parentPort.postMessage('ready')

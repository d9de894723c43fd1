import { parentPort, workerData } from 'node:worker_threads'
import { barrierOf } from './barrier.mjs'

/** A thread of a crew: prepares its part once, then plays it in every round. */
const { file, part, data, barrier, parties } = workerData
const parts = await import(`./${file}.mjs`)
const arrive = barrierOf(barrier, parties)
const play = await parts[part](data)

parentPort.on('message', async () => {
  arrive()
  parentPort.postMessage(await play())
})
parentPort.postMessage('ready')

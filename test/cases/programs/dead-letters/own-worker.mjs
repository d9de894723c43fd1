import { Worker } from 'node:worker_threads'
import { Queue } from 'millrace'

const rejected = new Queue()
const jobs = new Queue({ deadLetters: rejected, maxDeliveries: 2 })
await jobs.put(process.argv[2])
for (let deaths = 0; deaths < 2; deaths++) {
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }
  const worker = new Worker(new URL('./holder.mjs', import.meta.url), {
    workerData: jobs.handle,
    resourceLimits,
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  worker.on('error', () => {})
  if (process.argv[3] === 'unheard') worker.removeAllListeners('exit')
  else await ended
}
const { history, error } = await rejected.get()
console.log(history.length, error.exitCode, error.cause?.name, error.cause?.code ?? error.cause?.message)

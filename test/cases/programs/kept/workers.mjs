import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import 'millrace'

let collected = 0
const registry = new FinalizationRegistry(() => collected++)

async function startAndDrop() {
  const worker = new Worker('0', { eval: true })
  registry.register(worker)
  await once(worker, 'online')
  worker.removeAllListeners()
  await worker.terminate()
}

for (let n = 0; n < 5; n++) await startAndDrop()
for (let tries = 0; tries < 20 && collected < 4; tries++) {
  await sleep(50)
  globalThis.gc()
}
console.log(collected >= 4)

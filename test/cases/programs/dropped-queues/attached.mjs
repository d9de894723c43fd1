import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { attach, Queue } from 'millrace'

/** Makes a queue for each request. Another thread answers through it, and both threads drop it. */
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url))
  let most = 0
  for (let n = 0; n < Number(process.argv[2]); n++) {
    const queue = new Queue({ maxsize: 4 })
    worker.postMessage(queue.handle)
    await queue.get()
    queue.taskDone()
    if (n % 100 === 0) most = Math.max(most, process.memoryUsage.rss() >> 20)
  }
  worker.postMessage(undefined)
  await once(worker, 'exit')
  console.log(most < 300 ? 'within bounds' : `${most} MiB`)
} else {
  parentPort.on('message', (handle) => {
    if (handle === undefined) process.exit()
    attach(handle).tryPut(1)
  })
}

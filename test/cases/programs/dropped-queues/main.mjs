import { codecs, PriorityQueue, Queue } from 'millrace'

/** Makes a queue for each request, and drops it. The garbage collector frees it, however it was used. */
const ways = {
  async used() {
    const queue = new Queue({ maxsize: 4 })
    await queue.put(1)
    await queue.get()
    queue.taskDone()
  },
  unused() {
    new Queue({ maxsize: 4 })
  },
  async taken() {
    const queue = new PriorityQueue({ maxsize: 4 })
    await queue.put({ text: 'x'.repeat(1000) }, { priority: 1 })
    const delivery = await queue.take()
    delivery.done()
  },
  async letters() {
    const queue = new Queue({ maxsize: 4, deadLetters: new Queue({ codec: codecs.json }) })
    await queue.put(1)
    const delivery = await queue.take()
    delivery.fail(new Error('no use'))
  },
  async iterated() {
    const queue = new Queue({ maxsize: 4 })
    await queue.putMany([1, 2])
    queue.shutdown()
    for await (const item of queue) if (item > 2) break
  },
}

let most = 0
for (let n = 0; n < Number(process.argv[3]); n++) {
  await ways[process.argv[2]]()
  if (n % 100 !== 0) continue
  await new Promise((resolve) => setTimeout(resolve, 1))
  most = Math.max(most, process.memoryUsage.rss() >> 20)
}
console.log(most < 300 ? 'within bounds' : `${most} MiB`)

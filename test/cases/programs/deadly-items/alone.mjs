// Calls run concurrently. Two items kill their thread, and no other item that it holds is charged.
import { Queue, Supervisor } from 'millrace'

const rejected = new Queue()
const jobs = new Queue({ deadLetters: rejected, maxsize: 256 })
const count = 200
const deliveries = new Int32Array(new SharedArrayBuffer(4 * (count + 1)))
await jobs.putMany(Array.from({ length: count }, (_, n) => n))
jobs.shutdown()
const supervisor = new Supervisor()
supervisor.consume(jobs, {
  filename: new URL('./work.mjs', import.meta.url),
  name: 'handleAtOnce',
  threads: 2,
  concurrency: 8,
  args: { deliveries },
})
await supervisor.join({ timeout: 40_000 })
const letters = (await rejected.getMany(10)).sort((a, b) => a.item - b.item)
const shown = letters.map(({ item, attempts }) => `${item} after ${attempts}`).join(', ')
const again = deliveries.slice(0, count).filter((n) => n > 1).length
console.log(`left ${jobs.size}, given up ${shown}, beside another ${deliveries[count]}, again ${again > 2}`)

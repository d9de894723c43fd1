import { Queue, Supervisor } from 'millrace'

const queue = new Queue()
await queue.putMany([1, 2])
queue.shutdown()
const supervisor = new Supervisor()
supervisor.consume(queue, { filename: new URL('./work.mjs', import.meta.url), name: 'handle', threads: 1 })
await supervisor.join()

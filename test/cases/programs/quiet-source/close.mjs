import { Queue, Supervisor } from 'millrace'

const filename = new URL('./stages.mjs', import.meta.url)
const [, , how] = process.argv
const queue = new Queue()
const supervisor = new Supervisor({ grace: 300 })
const started = new Promise((resolve) => supervisor.once('start', resolve))
supervisor.produce(queue, { filename, name: how })
await started
if (['generator', 'polling'].includes(how)) {
  await queue.get()
  queue.taskDone()
}
await supervisor.close()
await supervisor.join({ timeout: 10_000 })
console.log('over')

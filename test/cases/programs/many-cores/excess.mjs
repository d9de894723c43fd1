import { Queue, Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const queue = new Queue({ name: 'few', maxThreads: 4 })
const supervisor = new Supervisor()
supervisor.on('start', () => console.log('started'))
for (const start of [
  () => supervisor.spawn({ filename, threads: 4, args: { queue } }),
  () => supervisor.consume(queue, { filename, threads: 4 }),
]) {
  try {
    start()
  } catch (error) {
    console.log(error.code, error.message)
  }
}

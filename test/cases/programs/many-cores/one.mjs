// CORES=64 node --require ./fake-cores.cjs one.mjs: all options have their defaults on a machine of 64 cores.
import { Queue, Supervisor } from 'millrace'

const jobs = new Queue()
const supervisor = new Supervisor()
let begun = 0
supervisor.on('start', () => ++begun === group.threads && jobs.shutdown()) // All have begun.
supervisor.on('exit', ({ error }) => {
  if (error === undefined) return
  console.log(error.message)
  jobs.shutdown()
})
const group = supervisor.consume(jobs, { filename: new URL('./work.mjs', import.meta.url) })
supervisor.join().then(
  () => console.log('ok'),
  (error) => console.log('join:', error.code),
)

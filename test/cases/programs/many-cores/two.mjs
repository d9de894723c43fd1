// Two stages with defaults on 32 cores: 64 threads and the main thread use the queue between them.
import { Queue, Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const jobs = new Queue()
const results = new Queue()
const supervisor = new Supervisor()
let begun = 0
supervisor.on('start', () => {
  if (++begun < 2 * Number(process.env.CORES)) return
  jobs.shutdown()
  results.shutdown()
})
supervisor.consume(jobs, { filename, args: { results } })
supervisor.consume(results, { filename })
supervisor.join().then(
  () => console.log('ok'),
  (error) => console.log(error.message),
)

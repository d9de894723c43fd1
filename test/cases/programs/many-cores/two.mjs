// Two stages with 32 threads each: 64 threads and the main thread use the queue between them.
import { Queue, Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const jobs = new Queue()
const results = new Queue()
const supervisor = new Supervisor()
const threads = Number(process.env.CORES)
let begun = 0
supervisor.on('start', () => {
  if (++begun < 2 * threads) return
  jobs.shutdown()
  results.shutdown()
})
supervisor.consume(jobs, { filename, args: { results }, threads })
supervisor.consume(results, { filename, threads })
supervisor.join().then(
  () => console.log('ok'),
  (error) => console.log(error.message),
)

import { Queue, Supervisor } from 'millrace'

const jobs = new Queue()
await jobs.putMany([1, 7, 2])
jobs.shutdown()
const supervisor = new Supervisor()
supervisor.consume(jobs, { filename: new URL('./work.mjs', import.meta.url), name: 'handle', threads: 1 })
await supervisor.join({ timeout: 40_000 }).catch((error) => console.log(error.message))

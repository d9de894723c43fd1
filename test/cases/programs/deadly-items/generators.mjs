import { Queue, Supervisor } from 'millrace'

const jobs = new Queue()
await jobs.put('one')
jobs.shutdown()
const supervisor = new Supervisor()
const [, , name] = process.argv
supervisor.consume(jobs, { filename: new URL('./work.mjs', import.meta.url), name, threads: 1 })
await supervisor.join({ timeout: 40_000 }).catch((error) => console.log(error.cause.code, jobs.size))

import { Queue, Supervisor } from 'millrace'

const rejected = new Queue()
const jobs = new Queue({ deadLetters: rejected })
const count = 40
await jobs.putMany(Array.from({ length: count }, (_, n) => n))
jobs.shutdown()
const supervisor = new Supervisor()
supervisor.consume(jobs, { filename: new URL('./work.mjs', import.meta.url), name: 'handle', threads: 2 })
await supervisor.join({ timeout: 40_000 })
const letters = (await rejected.getMany(10)).sort((a, b) => a.item - b.item)
const shown = letters.map(({ item, attempts }) => `${item} after ${attempts}`).join(', ')
console.log(`left ${jobs.size}, done ${count - letters.length}, given up ${shown}`)

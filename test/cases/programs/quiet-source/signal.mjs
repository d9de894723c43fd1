import { Queue, Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const first = new Queue()
const second = new Queue() // Nobody shuts it down.
const grace = 3000
const supervisor = new Supervisor({ grace, handleSignals: true })
supervisor.produce(first, { filename, name: 'lines' })
supervisor.consume(first, { filename, name: 'pass', args: { to: second }, threads: 1 })
supervisor.consume(second, { filename, name: 'arrived', threads: 1 })
setTimeout(() => {
  const start = performance.now()
  process.kill(process.pid, 'SIGTERM')
  supervisor.join().then(() => console.log(performance.now() - start < grace * 1.8 ? 'in time' : 'late'))
}, 1500)

// A service whose server keeps the process alive. It gets SIGTERM twice, as from `docker stop`.
import { createServer } from 'node:http'
import { Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const [name, supervisors, signal] = process.argv.slice(2)
createServer().listen(0, '127.0.0.1')
process.on('exit', (code) => console.log('ends with', code))

const started = Array.from({ length: Number(supervisors) }, async () => {
  const supervisor = new Supervisor({ handleSignals: true })
  supervisor.spawn({ filename, name })
  await new Promise((resolve) => supervisor.once('start', resolve))
  return supervisor
})
const all = await Promise.all(started)
const asked = Promise.all(all.map(({ signal }) => new Promise((go) => signal.addEventListener('abort', go))))
const over = Promise.allSettled(all.map((supervisor) => supervisor.join()))
process.kill(process.pid, signal)
await asked
// A signal within 250 ms of the first counts as the first.
await new Promise((resolve) => setTimeout(resolve, 300))
if (name === 'untilAsked') {
  await over
  console.log('all over')
}
process.kill(process.pid, signal)

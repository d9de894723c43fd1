// node main.mjs fails | typo | stop
import { Queue, Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const how = process.argv[2] ?? 'fails'
const queue = new Queue()
const supervisor = new Supervisor({ grace: 500 })
const producer = supervisor.produce(queue, { filename, name: how === 'typo' ? 'quiet' : 'lines' })
let outcome
if (how === 'stop') {
  await queue.get()
  queue.shutdown({ immediate: true }) // No more items are wanted, so the source is closed.
  outcome = await producer.join({ timeout: 20_000 }).then(
    () => 'ERR_THREAD',
    (error) => error.message,
  )
} else {
  // The consumer fails for good, or does not even exist.
  supervisor.consume(queue, { filename, name: how === 'typo' ? 'handel' : 'handle', threads: 1 })
  outcome = await supervisor
    .join({ timeout: 20_000 })
    .catch((error) => (error.code === 'ERR_THREAD' ? error.code : error.message)) // Without a timeout it would be silent for an hour.
}
console.log(how, outcome === 'ERR_THREAD' ? 'PASS' : `FAIL: ${outcome}`)
await supervisor.destroy()

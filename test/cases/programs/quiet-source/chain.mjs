// A chain of a quiet source, a stage and a consumer. The consumer fails, and the others end, too.
import { Queue, Supervisor } from 'millrace'

const filename = new URL('./stages.mjs', import.meta.url)
const [, , how] = process.argv
const from = new Queue({ name: 'from' })
const out = new Queue({ name: 'out' })
const supervisor = new Supervisor({ grace: 300 })
supervisor.produce(from, { filename, name: 'quiet' })
if (how === 'consume') supervisor.consume(from, { filename, name: 'pass', threads: 1, args: { out } })
if (how === 'spawn') supervisor.spawn({ filename, name: 'passAll', args: { from, out } })
if (how === 'produce') supervisor.produce(out, { filename, name: 'passOn', args: { from } })
supervisor.consume(out, { filename, name: 'fail', threads: 1 })
await out.put('an item')
if (how === 'late') {
  // The stage starts when the queue behind it has ended. It is asked to stop before it has taken an item.
  await new Promise((resolve) => supervisor.once('exit', resolve))
  supervisor.produce(out, { filename, name: 'passOn', args: { from } })
}
await supervisor
  .join({ timeout: 10_000 })
  .catch((error) => console.log(error.cause?.message ?? error.message))
await supervisor.destroy()

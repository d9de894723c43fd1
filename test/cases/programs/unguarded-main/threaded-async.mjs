// An unguarded async main, with a threaded function.
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue, Supervisor, threaded } from 'millrace'

const eat = threaded(import.meta, () => sleep(100))
async function main() {
  await sleep(200)
  const shelf = new Queue()
  const supervisor = new Supervisor()
  supervisor.consume(shelf, eat, { threads: 1 })
  await shelf.putMany(Array(200).fill(1))
  shelf.shutdown()
  await supervisor.join()
}
main().catch((error) => console.log(error.message))

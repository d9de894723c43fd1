// An unguarded main() awaits before it starts threads. The function of the threads has begun by then.
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue, Supervisor } from 'millrace'

export const eat = () => sleep(100)
async function main() {
  await sleep(200)
  const shelf = new Queue()
  const supervisor = new Supervisor()
  supervisor.consume(shelf, { filename: import.meta.url, name: 'eat', threads: 1 })
  await shelf.putMany(Array(200).fill(1))
  shelf.shutdown()
  await supervisor.join()
}
main().catch((error) => console.log(error.message))

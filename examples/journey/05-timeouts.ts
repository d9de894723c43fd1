/**
 * Timeouts: a put at a full shelf, and a get at an empty one, wait no longer than they are told. A timeout
 * says that nothing came in that time. It does not say that nothing will come: a customer who leaves after
 * one misses the loaves of a late baker. The shutdown of the queue says that.
 *
 *   npx tsx examples/journey/05-timeouts.ts
 */
import { Queue, QueueEmptyError, Supervisor, threaded } from '../../src/index.ts'
import { isToPlay, say } from './shared/step.ts'

type Bakery = { shelf: Queue<string> }

/** Leaves when no loaf comes for 100 ms. Returns how many it bought. */
const impatient = threaded(import.meta, ({ shelf }: Bakery): number => {
  for (let bought = 0; ; bought++) {
    try {
      say(`impatient customer bought ${shelf.getSync({ timeout: 100 })}`)
      shelf.taskDone()
    } catch (error) {
      if (!(error instanceof QueueEmptyError)) throw error
      say(`impatient customer leaves: ${error.code}`)
      return bought
    }
  }
})

/** Leaves when the shelf is shut down and empty. Returns how many it bought. */
const patient = threaded(import.meta, ({ shelf }: Bakery): number => {
  let bought = 0
  for (const loaf of shelf) {
    say(`patient customer bought ${loaf}`)
    bought++
  }
  return bought
})

async function main(): Promise<void> {
  const shelf = new Queue<string>({ name: 'shelf', maxsize: 2 })
  const supervisor = new Supervisor()
  await shelf.putMany(['loaf 1', 'loaf 2'])
  await shelf.put('loaf 3', { timeout: 100 }).catch(({ code, message }) => say(`${code}: ${message}`))

  const [first] = await supervisor.spawn(impatient, { args: { shelf } }).join()
  await shelf.putMany(['loaf 4', 'loaf 5'])
  say(`the baker was late: ${shelf.size} loaves on the shelf, and no customer`)

  const customer = supervisor.spawn(patient, { args: { shelf } })
  await shelf.put('loaf 6', { timeout: 20_000 })
  shelf.shutdown()
  const [second] = await customer.join()
  say(`bought: ${first} by the impatient customer, ${second} by the patient one, ${shelf.size} left`)
}

if (isToPlay(import.meta.url)) await main()

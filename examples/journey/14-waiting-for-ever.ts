/**
 * Pitfall: infinite blocking. A thread waits without timeout at a queue that nobody fills, another at a full
 * queue that nobody empties. The stats show both. A timeout, a signal, a stop and a shutdown end such waits.
 *
 *   npx tsx examples/journey/14-waiting-for-ever.ts
 */
import { isMillraceThread, Queue, Supervisor, threaded } from '../../src/index.ts'
import { holdersOf, untilWaiting } from './shared/holders.ts'
import { isToPlay } from './shared/step.ts'

type Queues = { orders: Queue<string>; shelf: Queue<string> }

/** The mistake: no timeout. */
const getsForEver = threaded(import.meta, ({ orders }: Queues) => orders.getSync())
const putsForEver = threaded(import.meta, ({ shelf }: Queues) => shelf.putSync('a loaf too many'))

/** A timeout on each wait. The thread can do something else then: report, look again, give up. */
const waitsAWhile = threaded(import.meta, ({ orders, shelf }: Queues) => {
  const codes: string[] = []
  for (const wait of [() => orders.getSync({ timeout: 100 }), () => shelf.putSync('', { timeout: 100 })]) {
    try {
      wait()
    } catch (error) {
      codes.push((error as { code: string }).code)
    }
  }
  return codes
})

const say = (way: string, what: unknown) => console.log(`${way.padEnd(22)} ${what}`)
const codeOf = ({ code, cause }: { code: string; cause?: { code?: string } }) => cause?.code ?? code

async function main(): Promise<void> {
  const orders = new Queue<string>({ name: 'orders' })
  const shelf = new Queue<string>({ name: 'shelf', maxsize: 1 })
  await shelf.put('a loaf')
  const args = { orders, shelf }
  const supervisor = new Supervisor({ grace: 500 })

  const getting = supervisor.spawn(getsForEver, { args })
  const putting = supervisor.spawn(putsForEver, { args })
  await untilWaiting(1, 'get', [orders])
  await untilWaiting(1, 'put', [shelf])
  await supervisor.join({ timeout: 500 }).catch(({ code }) => say('no timeout', `join(): ${code}`))
  console.log(holdersOf(orders, shelf))

  await getting.stop()
  say('stop() of the get', await getting.join().then(() => 'the thread has ended', codeOf))
  shelf.shutdown()
  say('shutdown() of the put', await putting.join().catch(codeOf))

  const other = { orders, shelf: new Queue<string>({ name: 'shelf', maxsize: 1 }) }
  await other.shelf.put('a loaf')
  const [codes] = await supervisor.spawn(waitsAWhile, { args: other }).join()
  say('timeout', codes!.join(', '))
  say('signal', await orders.get({ signal: AbortSignal.timeout(100) }).catch(({ code }) => code))
  try {
    orders.getSync()
  } catch (error) {
    say('on the main thread', (error as { code: string }).code)
  }
  say('left waiting', orders.stats().threads.flatMap(({ waiting }) => waiting).length)
}

if (!isMillraceThread && isToPlay(import.meta.url)) await main()

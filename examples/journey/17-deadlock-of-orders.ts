/**
 * Pitfall: two resources taken in opposite orders. One cook takes the knife and then the board, the other one
 * the board and then the knife; each holds what the other waits for. Timeouts end that, and the stats say who
 * holds and who waits. In the cure both take them in the same order.
 *
 *   npx tsx examples/journey/17-deadlock-of-orders.ts
 */
import { isMillraceThread, Queue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { holdersOf, untilWaiting } from './shared/holders.ts'
import { isToPlay } from './shared/step.ts'

/** For each cook, the queues of the tools in the order in which it takes them. */
type Kitchen = { tools: [first: Queue<string>, second: Queue<string>][]; met?: SharedArrayBuffer }

const DISHES = 1000
const TIMEOUT_MS = 1500

/** A queue with one item is a lock that its holder cannot take along into death: the item would come back. */
const cook = threaded(import.meta, ({ tools, met }: Kitchen, { index }: ThreadContext<Kitchen>): string => {
  const [first, second] = tools[index]!
  for (let dish = 0; dish < DISHES; dish++) {
    const one = first.takeSync({ timeout: TIMEOUT_MS })
    try {
      if (met && dish === 0) waitForOther(met)
      const other = second.takeSync({ timeout: TIMEOUT_MS })
      other.retry() // gives it back
    } catch (error) {
      return `gave up after ${dish} dishes: ${(error as { code: string }).code}`
    } finally {
      one.retry()
    }
  }
  return `${DISHES} dishes`
})

/** Returns once both cooks hold their first tool. Without it that takes bad luck, which comes some day. */
function waitForOther(met: SharedArrayBuffer): void {
  const count = new Int32Array(met)
  if (Atomics.add(count, 0, 1) === 1) Atomics.notify(count, 0)
  else while (Atomics.load(count, 0) < 2) Atomics.wait(count, 0, 1)
}

const toolQueue = (name: string) => new Queue<string>({ name })

async function main(): Promise<void> {
  const [knife, board] = [toolQueue('knife'), toolQueue('board')]
  await Promise.all([knife.put('knife'), board.put('board')])
  const supervisor = new Supervisor()

  const opposite = [
    [knife, board],
    [board, knife],
  ] as Kitchen['tools']
  const crossed = supervisor.spawn(cook, {
    threads: 2,
    args: { tools: opposite, met: new SharedArrayBuffer(4) },
  })
  await untilWaiting(2, 'get', [knife, board])
  console.log(`opposite orders: each holds what the other waits for\n${holdersOf(knife, board)}`)
  for (const [index, day] of (await crossed.join()).entries()) console.log(`  cook ${index + 1}: ${day}`)

  const same = [
    [knife, board],
    [knife, board],
  ] as Kitchen['tools']
  const days = await supervisor.spawn(cook, { threads: 2, args: { tools: same } }).join()
  console.log('the same order')
  for (const [index, day] of days.entries()) console.log(`  cook ${index + 1}: ${day}`)
}

if (!isMillraceThread && isToPlay(import.meta.url)) await main()

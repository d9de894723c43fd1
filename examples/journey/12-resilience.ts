/**
 * Resilience: threads of consumers die in the middle of their work, and no item is lost. The supervisor
 * starts them again, and the items that they held are delivered to whoever is free.
 *
 *   npx tsx examples/journey/12-resilience.ts
 */
import { isMillraceThread, Queue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { isToPlay } from './shared/step.ts'

type Done = { id: number; consumer: number }
type Office = { done: Queue<Done>; deaths: SharedArrayBuffer }

const ITEMS = 300
/** The items at which a thread dies. Each death happens once, whoever gets the item again. */
const [EXITS_BEFORE, OUT_OF_MEMORY, EXITS_AFTER] = [50, 150, 250]

const work = threaded(import.meta, (id: number, { index, args, log }: ThreadContext<Office>) => {
  const dies = (at: number) => id === at && Atomics.exchange(new Int32Array(args.deaths), at, 1) === 0
  if (dies(EXITS_BEFORE)) {
    log(`consumer ${index} calls process.exit(7) in the middle of item ${id}`)
    process.exit(7)
  }
  if (dies(OUT_OF_MEMORY)) {
    log(`consumer ${index} allocates without end at item ${id}`)
    for (const heap: number[][] = []; ; ) heap.push(new Array(10_000).fill(heap.length + 0.5))
  }
  args.done.putSync({ id, consumer: index })
  if (dies(EXITS_AFTER)) {
    log(
      `consumer ${index} calls process.exit(8) after the result of item ${id}, before it counts as finished`,
    )
    process.exit(8)
  }
})

async function main(): Promise<void> {
  const items = new Queue<number>({ name: 'items', maxsize: 16 })
  const done = new Queue<Done>({ name: 'done' })
  const supervisor = new Supervisor({ handleSignals: true, resourceLimits: { maxOldGenerationSizeMb: 64 } })
  supervisor.on('exit', ({ index, exitCode, error }) => {
    if (exitCode === undefined) return
    const reason = /memory limit/.test(error?.message ?? '')
      ? 'its memory is used up'
      : `exit code ${exitCode}`
    console.log(`the thread of consumer ${index} has died: ${reason}`)
  })
  supervisor.on('restart', ({ index }) => console.log(`consumer ${index} is started again`))
  const args = { done, deaths: new SharedArrayBuffer(4 * (ITEMS + 1)) }
  supervisor.consume(items, work, { threads: 3, args, closes: done })

  const results = (async () => {
    const times = new Map<number, number>()
    for await (const { id } of done) times.set(id, (times.get(id) ?? 0) + 1)
    return times
  })()
  for (let id = 1; id <= ITEMS; id++) await items.put(id)
  items.shutdown()
  const report = await supervisor.join()

  const times = await results
  const twice = [...times].filter(([, count]) => count > 1).map(([id]) => id)
  const lost = Array.from({ length: ITEMS }, (_, index) => index + 1).filter((id) => !times.has(id))
  console.log(`${report.groups[0]!.restarts} restarts; ${items.unfinished} items unfinished`)
  console.log(
    `${ITEMS} put = ${times.size} done + ${lost.length} lost; with two results: ${twice.join(', ') || 'none'}`,
  )
  if (lost.length > 0 || times.size !== ITEMS) process.exitCode = 1
}

if (!isMillraceThread && isToPlay(import.meta.url)) await main()

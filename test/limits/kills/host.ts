/**
 * Kills threads of a limiter in this process, which must end by itself afterwards. Argument: a Job as JSON.
 * Prints one line of JSON for each cell.
 */
import { Worker } from 'node:worker_threads'
import { millrace } from '../../kill/library.ts'
import { until, within } from '../../support/deadline.ts'
import { Random } from '../../support/random.mjs'
import { reportEach } from '../../support/reports.ts'
import { mostIn } from '../bound.ts'
import { CELLS, type Cell, nameOf } from './cells.ts'
import { faultsOf, memoryOf } from './sound.ts'

export interface Job {
  readonly cells: readonly number[]
  readonly kills: number
  readonly seed: number
}

export interface CellReport {
  readonly cell: number
  readonly deaths: number
  readonly grants: number
  readonly failure?: string
}

const INTERVAL = 10
const LIMIT = 100
const BURST = 5
const LOG = 1 << 16
const DEADLINE = 30_000

/** All rounds of a cell are at one limiter: with 64 ledgers, each is claimed again and again. */
async function runCell(
  cell: Cell,
  kills: number,
  random: Random,
): Promise<{ deaths: number; grants: number }> {
  const limiter = new millrace.KeyedRateLimiter({
    ...{ limit: LIMIT, interval: INTERVAL, burst: BURST, concurrency: 3, maxKeys: 40 },
  })
  const { handle } = limiter
  const memory = memoryOf(handle)
  const words = new Int32Array(new SharedArrayBuffer(16))
  const log = new Float64Array(new SharedArrayBuffer(8 * LOG))
  const keeper = limiter.tryAcquire('hot')
  if (keeper === false) throw new Error('the first grant was refused')
  const common = { handle, words, log, after: 0, way: '', isSurvivor: true, role: 'survive' }
  const survivor = thread('victim.mjs', common)
  await until(() => Atomics.load(words, 1) > 5, 'the survivor works', DEADLINE)
  const failed = new Promise<never>((_, reject) => survivor.once('error', reject))
  failed.catch(() => {})
  if (cell.main === 'detached') limiter[Symbol.dispose]()
  for (let deaths = 0; deaths < kills; deaths++) {
    await Promise.race([
      failed,
      round(cell, { ...common, isSurvivor: false, role: cell.role }, words, random),
    ])
    await until(
      () => owners(memory) <= (cell.main === 'attached' ? 2 : 1),
      `the ledger of death ${deaths}`,
      DEADLINE,
    )
    const steps = Atomics.load(words, 1)
    await until(
      () => Atomics.load(words, 1) > steps + 10,
      `the survivor goes on after death ${deaths}`,
      DEADLINE,
    )
  }
  await within(survivor.terminate(), 'the end of the survivor')
  await until(
    () => owners(memory) <= (cell.main === 'attached' ? 1 : 0),
    'the ledger of the survivor',
    DEADLINE,
  )
  const again = millrace.attach(handle)
  const faults = faultsOf(memory)
  const held = again.stats('hot')?.held ?? 0
  const isKept = cell.main === 'attached'
  if (held !== (isKept ? 1 : 0)) faults.push(`${held} places of 'hot' are taken`)
  if (isKept) keeper.release()
  for (const key of ['k0', 'k1', 'k2', 'busy', 'hot']) {
    const { held = 0, waiting = 0 } = again.stats(key) ?? {}
    if (held + waiting > 0) faults.push(`'${key}': ${held} taken, ${waiting} wait`)
    await within(again.acquire(key), `a grant of '${key}' at the end`)
  }
  again[Symbol.dispose]()
  const grants = Atomics.load(words, 2)
  const most = mostIn(log.slice(0, Math.min(grants, LOG)).sort(), INTERVAL * 1e6)
  if (most > LIMIT + BURST) faults.push(`${most} grants in ${INTERVAL} ms, ${LIMIT + BURST} are allowed`)
  if (faults.length > 0) throw new Error(faults.join('; '))
  return { deaths: kills, grants }
}

function thread(file: string, workerData: object): Worker {
  return new Worker(new URL(`./${file}`, import.meta.url), { workerData, execArgv: [] })
}

async function round(cell: Cell, given: object, words: Int32Array, random: Random): Promise<void> {
  const { way, starter } = cell
  Atomics.store(words, 0, 0)
  const steps = 1 + random.below(200)
  const child = { ...given, way, after: steps }
  const victim = starter === 'main' ? thread('victim.mjs', child) : thread('parent.mjs', { child })
  const errors: Error[] = []
  victim.on('error', (error) => errors.push(error))
  const ended = new Promise<void>((resolve) => {
    if (starter === 'main') victim.once('exit', () => resolve())
    else victim.once('message', () => resolve())
  })
  if (way === 'terminate') {
    await until(
      () => Atomics.load(words, 0) >= steps || errors.length > 0,
      `${steps} steps of a victim`,
      DEADLINE,
    )
    const spins = random.below(20_000)
    for (let spin = 0; spin < spins; spin++) Atomics.load(words, 0)
    if (starter === 'main') void victim.terminate()
    else victim.postMessage('kill')
  }
  await within(ended, `the death of a victim: ${nameOf(cell)}`, DEADLINE)
  await within(victim.terminate(), 'the end of a parent', DEADLINE)
  if (errors.length > 0) throw errors[0]
}

function owners(memory: ReturnType<typeof memoryOf>): number {
  let count = 0
  for (let ledger = 0; ledger < memory.ledgersUsed; ledger++) if (memory.ownerOf(ledger) !== 0) count++
  return count
}

const job = JSON.parse(process.argv[2] as string) as Job
await reportEach(job.cells, (index): Promise<CellReport> => {
  const cell = CELLS[index] as Cell
  return runCell(cell, job.kills, new Random(job.seed + index)).then(
    (counts) => ({ cell: index, ...counts }),
    (error: Error) => ({
      ...{ cell: index, deaths: 0, grants: 0 },
      failure: `${nameOf(cell)}, seed ${job.seed}: ${error.stack}`,
    }),
  )
})

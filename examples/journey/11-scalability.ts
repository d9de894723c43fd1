/**
 * Scalability: the same work with more consumers, and nothing else changed. Throughput of CPU-bound work
 * grows up to the number of cores. The chart is written to the file of `--out`.
 *
 *   npx tsx examples/journey/11-scalability.ts --out chart.svg
 */
import { on } from 'node:events'
import { writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMillraceThread, Queue, Supervisor, threaded } from '../../src/index.ts'
import { readOut } from './shared/step.ts'

/** Candidates for the number of consumers; those above twice the number of cores are left out. */
const CONSUMERS = [1, 2, 4, 8, 16]

const ITEMS = 120
/** The best round counts: V8 compiles in the first one, and other programs take a core now and then. */
const ROUNDS = 5
/** Primes below this limit are counted for each item. */
const LIMIT = 40_000

/** A consumer of CPU-bound work: counts the primes below a limit. */
const countPrimes = threaded(import.meta, (limit: number): number => {
  let primes = 0
  for (let n = 2; n < limit; n++) {
    let divisor = 2
    while (divisor * divisor <= n && n % divisor !== 0) divisor++
    if (divisor * divisor > n) primes++
  }
  return primes
})

/** Returns the throughput in items a second, from the first put to the last finished item of a round. */
async function measure(consumers: number): Promise<number> {
  const work = new Queue<number>({ name: 'work', maxsize: ITEMS })
  const supervisor = new Supervisor({ handleSignals: true })
  supervisor.consume(work, countPrimes, { threads: consumers })
  let started = 0
  for await (const _ of on(supervisor, 'start')) if (++started === consumers) break
  let best = 0
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now()
    await work.putMany(new Array(ITEMS).fill(LIMIT))
    await work.join()
    best = Math.max(best, (ITEMS / (performance.now() - begin)) * 1000)
  }
  const finished = work.stats().threads.reduce((sum, thread) => sum + thread.finished, 0)
  work.shutdown()
  await supervisor.join()
  if (finished !== ROUNDS * ITEMS) throw new Error(`${finished} were finished`)
  return best
}

async function main(out: string): Promise<void> {
  const cores = availableParallelism()
  console.log(`the best of ${ROUNDS} rounds with ${ITEMS} items each, on ${cores} cores`)
  console.log('consumers     items     times')
  const points: [consumers: number, perSecond: number][] = []
  for (const consumers of CONSUMERS.filter((count) => count <= 2 * cores)) {
    const perSecond = Math.round(await measure(consumers))
    points.push([consumers, perSecond])
    const times = perSecond / points[0]![1]
    const cells = [consumers, `${perSecond}/s`, times.toFixed(2)].map((cell) => String(cell).padStart(9))
    console.log(...cells, '', '#'.repeat(times * 20))
  }
  const mark = { name: `${cores} cores at most: ${cores} times one consumer`, at: points[0]![1] * cores }
  // Loaded here, not above: each thread loads this file, too.
  const { svgOf } = await import('./shared/chart.ts')
  const axes = { x: 'consumers', y: 'items a second', maxY: Math.ceil((mark.at * 1.2) / 100) * 100 }
  const series = [{ name: 'measured', points }]
  const title = `Throughput of CPU-bound work on ${cores} cores`
  writeFileSync(out, svgOf({ title, ...axes, series, mark, dots: true }))
  console.log(`chart: ${out}`)
}

const out = isMillraceThread ? undefined : readOut(import.meta.url, join(tmpdir(), 'journey-scalability.svg'))
if (out !== undefined) await main(out)

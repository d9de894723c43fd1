/**
 * Scalability: the same work with more consumers, and nothing else changed. Throughput of CPU-bound work
 * grows up to the number of cores.
 *
 *   npx tsx examples/journey/principle-scalability.ts --out chart.svg
 */
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMillraceThread, Queue, Supervisor, threaded } from '../../src/index.ts'
import { readOptions } from '../shared/options.ts'
import type { Point } from './throughput-chart.ts'

const HELP = `Usage: principle-scalability [--out FILE] [--items N]

Measures the throughput of 1, 2, 4 and more consumers, and draws it.

  --out FILE  the chart, as SVG; default: a temporary file
  --items N   items for each measurement, 1 to 100000; default 300
`
/** Candidates for the number of consumers; those above twice the number of cores are left out. */
const CONSUMERS = [1, 2, 4, 8, 16]

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

/** Returns the throughput in items a second. The clock runs from the first put to the last finished item. */
async function measure(consumers: number, items: number): Promise<number> {
  const work = new Queue<number>({ name: 'work', maxsize: 64 })
  const supervisor = new Supervisor({ handleSignals: true })
  const group = supervisor.consume(work, countPrimes, { threads: consumers })
  for (let started = 0; started < group.threads; started++) await once(supervisor, 'start')
  const begin = performance.now()
  for (let n = 0; n < items; n++) await work.put(LIMIT)
  await work.join()
  const ms = performance.now() - begin
  const finished = work.stats().threads.reduce((sum, thread) => sum + thread.finished, 0)
  work.shutdown()
  await supervisor.join()
  if (finished !== items) throw new Error(`${items} items were put, and ${finished} finished`)
  return (items / ms) * 1000
}

async function main(items: number, out: string): Promise<void> {
  const cores = availableParallelism()
  console.log(`${items} items for each number of consumers, on ${cores} cores`)
  const points: Point[] = []
  for (const consumers of CONSUMERS.filter((count) => count <= 2 * cores)) {
    const perSecond = await measure(consumers, items)
    points.push({ consumers, perSecond })
    const times = perSecond / points[0]!.perSecond
    const bar = '#'.repeat(Math.round(times * 10))
    const label = `${consumers} consumer${consumers === 1 ? ' ' : 's'}`.padStart(12)
    console.log(`${label} ${Math.round(perSecond).toString().padStart(6)}/s ${times.toFixed(2)}x ${bar}`)
  }
  // Loaded here, not above: each thread loads this file, too.
  const { throughputChart } = await import('./throughput-chart.ts')
  writeFileSync(out, throughputChart(points, cores))
  console.log(`chart: ${out}`)
}

const NUMBERS = { items: [1, 100_000, 300] } as const
const given = isMillraceThread
  ? undefined
  : readOptions('principle-scalability', HELP, { numbers: NUMBERS, texts: ['out'] })
if (given !== undefined)
  await main(
    given.numbers.items,
    given.texts.out ?? join(mkdtempSync(join(tmpdir(), 'journey-')), 'scalability.svg'),
  )

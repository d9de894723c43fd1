/**
 * Flow control, made visible: the level of the shelf against time. A customer eats a loaf in 25 ms. A baker
 * who needs 5 ms a loaf fills the shelf, and then waits for room: he bakes as fast as the customer eats.
 * With a baker who needs 50 ms the shelf stays almost empty, and the customer waits.
 *
 *   npx tsx examples/journey/03-flow-control.ts [--out FILE]
 *
 *   --out FILE  where the chart goes, an SVG (default: journey-flow-control.svg, in the temporary folder)
 */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { now } from '../shared/timeline.ts'
import { Shelf, SLEPT } from './shared/shelf.ts'
import { readOut, say, work } from './shared/step.ts'
import { startThread } from './shared/thread.ts'

const CAPACITY = 8
const LOAVES = 40
const EATING_MS = 25
const BAKERS = { fast: 5, slow: 50 }
const BAR_MS = 40

type Part = { role: 'baker' | 'customer'; ms: number; memory: SharedArrayBuffer }
type Point = readonly [ms: number, level: number]

/** Runs in a thread. Posts the level of the shelf, with the time, at each put or get. */
function play({ role, ms, memory }: Part): void {
  const points: Point[] = []
  const shelf = new Shelf(memory, () => points.push([now(), shelf.level]))
  for (let loaf = 1; loaf <= LOAVES; loaf++) {
    if (role === 'customer') shelf.get()
    work(ms)
    if (role === 'baker') shelf.put(loaf)
  }
  parentPort?.postMessage(points)
}

/** The level of the shelf against the time since the first put. */
async function observe(bakingMs: number): Promise<Point[]> {
  const shelf = new Shelf(CAPACITY)
  const start = (role: Part['role'], ms: number) =>
    startThread<Point[]>(import.meta.url, { role, ms, memory: shelf.memory } satisfies Part)
  const customer = start('customer', EATING_MS)
  await shelf.until(SLEPT, 1)
  const points = (await Promise.all([start('baker', bakingMs), customer])).flat().sort(([a], [b]) => a - b)
  const began = points.find(([, level]) => level > 0)![0]
  return points.map(([at, level]) => [at - began, level] as const).filter(([at]) => at >= 0)
}

async function main(out: string): Promise<void> {
  // Loaded here, and so not in each thread.
  const { barsOf, svgOf } = await import('./shared/chart.ts')
  say(`a customer, ${EATING_MS} ms a loaf; a shelf with room for ${CAPACITY}`)
  const series = []
  for (const [name, ms] of Object.entries(BAKERS)) {
    const points = await observe(ms)
    series.push({ name: `${name} baker`, points })
    const most = Math.max(...points.map(([, level]) => level))
    const pace = Math.round(points.at(-1)![0] / LOAVES)
    say(`${name} baker, ${ms} ms a loaf: level up to ${most}; sold a loaf each ${pace} ms`)
    say(`  |${barsOf(points, BAR_MS, CAPACITY)}|`)
  }
  const title = 'A fast baker waits for room, a slow one keeps customers waiting'
  const mark = { name: `room for ${CAPACITY}`, at: CAPACITY }
  const axes = { x: 'time in ms', y: 'loaves on the shelf', maxY: CAPACITY + 2 }
  writeFileSync(out, svgOf({ title, ...axes, steps: true, mark, series }))
  say(`chart: ${out}`)
}

const out = readOut(import.meta.url, join(tmpdir(), 'journey-flow-control.svg'))
if (out !== undefined) await main(out)
else if (workerData !== null) play(workerData)

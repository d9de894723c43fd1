/**
 * Flow control, made visible: the level of the shelf against time. A customer eats a loaf in 25 ms. A baker who
 * needs 5 ms a loaf fills the shelf, and then waits for room: it bakes as fast as the customer eats. With a
 * baker who needs 50 ms the shelf stays almost empty, and the customer waits.
 *
 *   npx tsx examples/journey/03-flow-control.ts [--out FILE]
 *
 *   --out FILE  where the chart goes, as SVG (default: journey-flow-control.svg in the folder for temporary files)
 */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
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

/** Runs in a thread. */
function play({ role, ms, memory }: Part): void {
  const shelf = new Shelf(memory)
  for (let loaf = 1; loaf <= LOAVES; loaf++) {
    if (role === 'customer') shelf.get()
    work(ms)
    if (role === 'baker') shelf.put(loaf)
  }
}

/** The level of the shelf at each time at which it was seen to differ, from the first loaf to the last. */
async function observe(bakingMs: number): Promise<Point[]> {
  const shelf = new Shelf(CAPACITY)
  const start = (role: Part['role'], ms: number) =>
    startThread(import.meta.url, { role, ms, memory: shelf.memory } satisfies Part)
  const customer = start('customer', EATING_MS)
  await shelf.until(SLEPT, 1)
  const points: Point[] = [[0, 0]]
  let began = performance.now()
  const observer = setInterval(() => {
    const { level } = shelf
    if (points.length === 1 && level === 0) began = performance.now()
    if (level !== points.at(-1)![1]) points.push([performance.now() - began, level])
  }, 1)
  await Promise.all([customer, start('baker', bakingMs)])
  clearInterval(observer)
  return points
}

async function main(out: string): Promise<void> {
  const series: { name: string; points: Point[] }[] = []
  for (const [name, ms] of Object.entries(BAKERS)) {
    const points = await observe(ms)
    series.push({ name: `${name} baker`, points })
    const [end] = points.at(-1)!
    const levels = Array.from({ length: Math.ceil(end / BAR_MS) }, (_, bar) => levelAt(points, bar * BAR_MS))
    const most = Math.max(...points.map(([, level]) => level))
    say(`${name} baker, ${ms} ms a loaf: level up to ${most} of ${CAPACITY}, ${LOAVES} loaves in ${end.toFixed(0)} ms`)
    say(`  ${barsOf(levels, CAPACITY)}|`)
  }
}

/**
 * The shared buffer from first principles: two bakers, three customers, a shelf with room for three loaves.
 * The shelf is shared memory and bare Atomics (shared/shelf.ts). A thread sleeps that finds it full, or
 * empty, until another thread has changed it.
 *
 *   npx tsx examples/journey/01-shared-buffer.ts
 */
import { workerData } from 'node:worker_threads'
import { Shelf, SLEPT } from './shared/shelf.ts'
import { isToPlay, say, work } from './shared/step.ts'
import { startThread } from './shared/thread.ts'

const BAKERS = 2
const CUSTOMERS = 3
const BAKED_EACH = 6
const BOUGHT_EACH = 4
const BAKING_MS = 10
const EATING_MS = 60

type Part = { role: 'baker' | 'customer'; number: number; memory: SharedArrayBuffer }

/** Runs in a thread. */
function play({ role, number, memory }: Part): void {
  const shelf = new Shelf(memory, (what) => say(`${role} ${number}`.padEnd(12) + what))
  if (role === 'baker') {
    for (let loaf = 1; loaf <= BAKED_EACH; loaf++) {
      work(BAKING_MS)
      shelf.put(number * 100 + loaf)
    }
  } else {
    for (let bought = 0; bought < BOUGHT_EACH; bought++) {
      shelf.get()
      work(EATING_MS)
    }
  }
}

async function main(): Promise<void> {
  const shelf = new Shelf(3)
  const start = (role: Part['role'], count: number) =>
    Array.from({ length: count }, (_, index) =>
      startThread(import.meta.url, { role, number: index + 1, memory: shelf.memory }),
    )
  const customers = start('customer', CUSTOMERS)
  await shelf.until(SLEPT, CUSTOMERS)
  const bakers = start('baker', BAKERS)
  await Promise.all([...bakers, ...customers])
  say(`${BAKERS * BAKED_EACH} baked, ${CUSTOMERS * BOUGHT_EACH} bought, ${shelf.level} left`)
}

if (isToPlay(import.meta.url)) await main()
else if (workerData !== null) play(workerData)

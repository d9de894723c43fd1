/**
 * A wait in a while-loop, and the same wait after an if. Two customers wait at an empty shelf with two
 * places. The shop puts one loaf and wakes all. With the if, one loaf is sold twice, and another one is
 * lost.
 *
 *   npx tsx examples/journey/02-if-for-while.ts
 *
 * The order is forced, so it happens each time: the shop puts a loaf when both customers sleep, and the next
 * one when both have woken up and have had their turn.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Shelf, SLEPT, WOKEN } from './shared/shelf.ts'
import { isToPlay, say } from './shared/step.ts'
import { startThread } from './shared/thread.ts'

/** As its base class, but for one word. */
class HastyShelf extends Shelf {
  override get(): number {
    return this.locked(() => {
      if (this.level === 0) this.wait('empty')
      return this.take()
    })
  }
}
const KINDS = { while: Shelf, if: HastyShelf }

type Part = { kind: keyof typeof KINDS; number: number; memory: SharedArrayBuffer }

/** Runs in a thread: a customer buys one loaf. */
function buy({ kind, number, memory }: Part): void {
  const shelf = new KINDS[kind](memory, (what) => say(`  customer ${number}  ${what}`))
  parentPort?.postMessage(shelf.get())
}

async function play(kind: Part['kind']): Promise<void> {
  say(`with ${kind}:`)
  const shelf = new KINDS[kind](2, (what) => say(`  shop        ${what}`))
  for (const loaf of [1, 2]) shelf.put(loaf)
  const sold = [shelf.get(), shelf.get()]

  const customers = [1, 2].map((number) =>
    startThread<number>(import.meta.url, { kind, number, memory: shelf.memory } satisfies Part),
  )
  await shelf.until(SLEPT, 2)
  shelf.put(3)
  await shelf.until(WOKEN, 2)
  shelf.put(4)
  sold.push(...(await Promise.all(customers)))

  say(`  baked 1 2 3 4, sold ${sold.sort().join(' ')}, the shelf says ${shelf.level}`)
  const lost = [1, 2, 3, 4].filter((loaf) => !sold.includes(loaf))
  const twice = sold.filter((loaf, index) => sold.indexOf(loaf) !== index)
  if (twice.length > 0) say(`  sold twice: ${twice}; lost: ${lost}`)
}

if (isToPlay(import.meta.url)) {
  await play('while')
  await play('if')
} else if (workerData !== null) buy(workerData)

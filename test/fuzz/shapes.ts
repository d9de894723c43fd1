import { integer, main, script, seed } from '../../scripts/command-line.ts'
import { fuzzShapes } from './shapes-run.ts'

const SCRIPT = script({
  command: 'npx tsx test/fuzz/shapes.ts',
  does:
    'Encodes and decodes items with codecs.structured in two processes, of which one may not make code from text. ' +
    'Compiled shapes must give the same bytes and the same values as the loops do, also of spoilt bytes.',
  options: {
    items: integer('how many items', { min: 1, max: 100_000_000, fallback: 1_000_000 }),
    seed: seed('seed of all items'),
  },
  example: '--items 10000 --seed 7',
  exit: ['no difference', 'a difference; the block of items is printed'],
})

const BLOCK = 1000
/** Time for an item, on a machine that has much else to do. */
const DEADLINE_MS = 20

await main(SCRIPT, async ({ items, seed }) => {
  const result = await fuzzShapes(seed, items, BLOCK, 60_000 + items * DEADLINE_MS)
  for (const fault of result.faults) console.log(fault)
  const verdict = result.faults.length === 0 ? 'all alike' : `${result.faults.length} faults`
  console.log(`${result.done} items of --seed ${seed}, ${result.compiled} shapes compiled: ${verdict}`)
  return result.faults.length === 0 ? 0 : 1
})

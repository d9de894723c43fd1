import { integer, main, script, seed as seedOption } from '../../../scripts/command-line.ts'
import { runSchema } from './both-ways.ts'

const SCRIPT = script({
  command: 'npx tsx test/codec/record/run.ts',
  does:
    'Encodes and decodes random items of random schemas, whole and spoilt, by generated code and by the walk. ' +
    'Bytes, items and errors must be the same.',
  options: {
    items: integer('how many items', { min: 1, max: 100_000_000, fallback: 1_000_000 }),
    from: integer('number of the first schema', { min: 0, max: 100_000_000, fallback: 0 }),
    seed: seedOption('seed of all schemas'),
  },
  example: '--items 10000 --seed 7',
  exit: ['no difference', 'a difference; the number of its schema is printed'],
})

await main(SCRIPT, ({ items, from, seed }) => {
  let done = 0
  for (let number = from; done < items; number++) {
    try {
      done += runSchema(seed, number)
    } catch (error) {
      console.log(
        `schema ${number} of --seed ${seed} (--from ${number} --items 1): ${(error as Error).stack}`,
      )
      return 1
    }
  }
  console.log(`${done} items of --seed ${seed}: no difference`)
  return 0
})

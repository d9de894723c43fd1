import { integer, main, refusal, script, text } from '../../../scripts/command-line.ts'
import build from '../../support/build.ts'
import { CELLS, nameOf } from './cells.ts'
import { kill } from './processes.ts'

const SCRIPT = script({
  command: 'npx tsx test/limits/kills/run.ts',
  does:
    'Kills threads that hold places of a limiter, wait for them, are granted, add and evict keys. Checks that places ' +
    'and ledgers come back, that nobody stalls, and the bound. Prints a line for each cell.',
  options: {
    kills: integer('deaths of each cell', { min: 1, max: 100_000, fallback: 30 }),
    only: text('cells that have this in their name', '', 'all cells'),
    seed: integer('seed of all rounds', { min: 0, max: 2 ** 20, fallback: 1 }),
  },
  example: "--kills 5 --only 'hold, terminate'",
  exit: ['all came back, nobody stalled, the bound held', 'a cell failed'],
})

await main(SCRIPT, async ({ kills, only, seed }) => {
  const cells = [...CELLS.keys()].filter((index) => nameOf(CELLS[index] as (typeof CELLS)[0]).includes(only))
  if (cells.length === 0) throw refusal('only', 'a part of the name of a cell', only)
  build()
  let failures = 0
  for (const cell of cells) {
    const name = nameOf(CELLS[cell] as (typeof CELLS)[0])
    try {
      for (const { deaths, grants, failure } of await kill([cell], kills, seed)) {
        if (failure !== undefined) throw new Error(failure)
        console.log(`${name}: ${deaths} deaths, ${grants} grants`)
      }
    } catch (error) {
      failures++
      console.log(`${name}: ${(error as Error).message}`)
    }
  }
  console.log(failures === 0 ? 'all came back' : `${failures} failed`)
  return failures === 0 ? 0 : 1
})

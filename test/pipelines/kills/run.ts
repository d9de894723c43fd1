import { integer, main, refusal, script, text } from '../../../scripts/command-line.ts'
import build from '../../support/build.ts'
import { CELLS, kill, nameOf } from './cells.ts'

const SCRIPT = script({
  command: 'npx tsx test/pipelines/kills/run.ts',
  does: 'Kills threads of parallelMap and of flatMap, in order, by key and not, in each way. Prints a line for each cell.',
  options: {
    kills: integer('rounds of each cell', { min: 1, max: 100_000, fallback: 30 }),
    only: text('cells that have this in their name', '', 'all cells'),
    seed: integer('seed of all rounds', { min: 0, max: 2 ** 20, fallback: 1 }),
    from: integer('number of the first round', { min: 0, max: 100_000, fallback: 0 }),
  },
  example: '--kills 5 --only ordered',
  exit: ['no output is lost, none comes twice, none out of order', 'a cell failed'],
})

await main(SCRIPT, async ({ kills, only, seed, from }) => {
  const cells = CELLS.filter((cell) => nameOf(cell).includes(only))
  if (cells.length === 0) throw refusal('only', 'a part of the name of a cell', only)
  build()
  let failures = 0
  for (const cell of cells) {
    try {
      const { lines, aborts } = await kill(cell, seed, from, kills)
      const failed = lines.find(({ failure }) => failure !== undefined)
      const deaths = lines.reduce((sum, line) => sum + line.deaths, 0)
      const most = Math.max(...lines.map(({ ms }) => ms ?? 0))
      console.log(
        `${nameOf(cell)}: ${lines.length} rounds, ${deaths} deaths, ${aborts} aborts, at most ${most} ms a round`,
      )
      if (failed === undefined) continue
      failures++
      console.log(`  round ${failed.round}: ${failed.failure}`)
      console.log(`  again: --only '${nameOf(cell)}' --seed ${seed} --from ${failed.round} --kills 1`)
    } catch (error) {
      failures++
      console.log(`${nameOf(cell)}: ${(error as Error).message}`)
    }
  }
  console.log(failures === 0 ? 'nothing lost, nothing twice, all in order' : `${failures} failed`)
  return failures === 0 ? 0 : 1
})

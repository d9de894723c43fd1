import { integer, main, script } from '../../../scripts/command-line.ts'
import build from '../../support/build.ts'
import { runSeeds } from './batches.ts'

const SCRIPT = script({
  command: 'npx tsx test/pipelines/random/run.ts',
  does:
    'Runs random pipelines: stages on threads and on the main thread, in every order, with faults, deaths, silent ' +
    'sources and early ends. Compares each with a sequential model. A seed always gives the same pipeline.',
  options: {
    pipelines: integer('number of pipelines', { min: 1, max: 1_000_000, fallback: 300 }),
    seed: integer('seed of the first; the others count up from it', {
      min: 1,
      max: 2 ** 31 - 1,
      fallback: 1,
    }),
  },
  example: '--seed 17 --pipelines 1',
  exit: ['every pipeline is as the model says', 'a pipeline is not'],
})

await main(SCRIPT, async ({ pipelines, seed }) => {
  build()
  const began = performance.now()
  const outcomes = new Map<string, number>()
  console.log(`Node ${process.version}; ${pipelines} pipelines; --seed ${seed}`)
  const seeds = Array.from({ length: pipelines }, (_, index) => seed + index)
  const reports = await runSeeds(seeds, ({ seed: each, outcome, failure }) => {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (failure !== undefined) console.log(`--seed ${each} --pipelines 1: ${failure}`)
  })
  const failed = reports.filter(({ failure }) => failure !== undefined).length
  for (const [outcome, count] of outcomes) console.log(`${String(count).padStart(6)} ${outcome}`)
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(
    `${reports.length} pipelines in ${seconds} s: ${failed === 0 ? 'as the model says' : `${failed} are wrong`}`,
  )
  return failed === 0 ? 0 : 1
})

import { flag, integer, main, script, texts } from '../scripts/command-line.ts'
import build from '../test/support/build.ts'
import { selected } from './options.ts'
import { headerOf } from './output/header.ts'
import { breakEvensOf, breakEvenText, isOfBreakEven } from './pipelines/break-even.ts'
import { calibrate } from './pipelines/plain-loops.ts'
import { headerText, resultsJson, resultText } from './pipelines/report.ts'
import { measure } from './pipelines/rounds.ts'
import { scenariosFor } from './pipelines/scenarios.ts'

const ROUNDS = 7
const QUICK_ROUNDS = 3
const ROUND_MS = 400
const QUICK_ROUND_MS = 40

const SCRIPT = script({
  command: 'npm run bench:pipelines --',
  does:
    'Measures pipelines of CPU-bound tasks: across thread counts, with tasks of 1 µs to 10 ms beside piscina and ' +
    'other pools, and in order beside out of order; and the break-even grain. The ideal is a plain loop in each ' +
    'thread.',
  options: {
    rounds: integer('measured rounds of each contender', {
      min: 1,
      max: 1000,
      fallback: [`${ROUNDS}, ${QUICK_ROUNDS} with --quick`, () => undefined],
    }),
    ms: integer('ms of a round', {
      min: 1,
      max: 20_000,
      fallback: [`${ROUND_MS}, ${QUICK_ROUND_MS} with --quick`, () => undefined],
    }),
    threads: integer('threads, but for the scenario that goes across thread counts', {
      min: 1,
      max: 64,
      fallback: 2,
    }),
    only: texts(
      'a scenario by its name, such as grain/10us/small, or by a part between slashes, such as scaling or text',
      'all scenarios; with --quick those of small arguments',
    ),
    quick: flag('measures fewer scenarios, rounds and items, and says less'),
    json: flag('prints the results as JSON, and nothing else, on standard output'),
  },
  example: '--only 10us --only 100us --rounds 15',
  exit: ['the rates are measured', 'a result was lost, late or came twice, or a source was read too far'],
})

await main(SCRIPT, async ({ rounds, ms, threads, only, quick, json }) => {
  const all = scenariosFor(threads)
  const scenarios =
    quick && only === undefined
      ? all.filter((one) => one.more === 'small' && !isOfBreakEven(one))
      : selected(only, all)
  build()
  const roundMs = ms ?? (quick ? QUICK_ROUND_MS : ROUND_MS)
  const header = headerOf(rounds ?? (quick ? QUICK_ROUNDS : ROUNDS))
  const turns = await calibrate()
  if (!json) console.log(headerText(header, roundMs, turns))
  const results = []
  for (const scenario of scenarios) {
    const result = await measure(scenario, turns, header.rounds, roundMs)
    results.push(result)
    if (!json) console.log(`\n${resultText(result)}`)
  }
  const evens = breakEvensOf(results)
  if (!json && evens.length > 0) console.log(`\n${breakEvenText(evens)}`)
  if (json) console.log(resultsJson(header, results))
  return 0
})

import { main } from '../scripts/command-line.ts'
import build from '../test/support/build.ts'
import { optionsOf, SCRIPT } from './options.ts'
import { headerOf } from './report/header.ts'
import { reportJson } from './report/json.ts'
import { headerText, scenarioText } from './report/table.ts'
import { measure } from './rounds.ts'
import { SCENARIOS } from './scenarios/index.ts'

await main(SCRIPT, async (values) => {
  const { rounds, items, scenarios, json } = optionsOf(values, SCENARIOS)
  build()
  const header = headerOf(rounds)
  if (!json) console.log(headerText(header))
  const results = []
  for (const scenario of scenarios) {
    const result = await measure(scenario, rounds, items)
    results.push(result)
    if (!json) console.log(`\n${scenarioText(result, header)}`)
  }
  if (json) console.log(reportJson(header, results))
  return 0
})

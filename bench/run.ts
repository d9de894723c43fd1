import { main } from '../scripts/command-line.ts'
import build from '../test/support/build.ts'
import { optionsOf, type SCRIPT } from './options.ts'
import { headerOf } from './output/header.ts'
import { reportJson } from './output/json.ts'
import { headerText, scenarioText } from './output/table.ts'
import { measure } from './rounds.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** The main function of a bench: measures those of `all` that its command line names. */
export async function bench(script: typeof SCRIPT, all: readonly Scenario[]): Promise<void> {
  await main(script, async (values) => {
    const { rounds, items, scenarios, json } = optionsOf(values, all)
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
}

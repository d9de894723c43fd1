import { main } from '../scripts/command-line.ts'
import build from '../test/support/build.ts'
import { optionsOf, type SCRIPT } from './options.ts'
import { planOf } from './plan.ts'
import { headerOf } from './report/header.ts'
import { reportJson } from './report/json.ts'
import { headerText, scenarioText } from './report/table.ts'
import { measure } from './rounds.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** The main function of a bench: measures those of `all` that its command line names. */
export async function bench(script: typeof SCRIPT, all: readonly Scenario[]): Promise<void> {
  await main(script, async (values) => {
    const { rounds, items, scenarios, quick, json } = optionsOf(values, all)
    build()
    const header = headerOf(rounds)
    if (!json) console.log(headerText(header))
    if (quick) process.stderr.write('A quick run has fewer scenarios, rounds and items: it says less.\n')
    const leftOut = new Set<string>()
    const plan = planOf(items, quick, leftOut)
    const results = []
    for (const [index, scenario] of scenarios.entries()) {
      progress(json, `${index + 1} of ${scenarios.length}: ${scenario.name}`)
      const result = await measure(scenario, rounds, plan)
      results.push(result)
      if (!json) console.log(`\n${scenarioText(result, header)}`)
    }
    for (const line of leftOut) process.stderr.write(`${line}\n`)
    if (json) console.log(reportJson(header, results, [...leftOut]))
    return 0
  })
}

/** A line for each scenario, where nobody reads the tables, or where somebody watches. */
function progress(json: boolean, line: string): void {
  if (json || process.stderr.isTTY) process.stderr.write(`${line}\n`)
}

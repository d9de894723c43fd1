import { inspect } from 'node:util'
import { buildDist } from './build.ts'
import { type Options, optionsOf, USAGE, UsageError } from './options.ts'
import { headerOf } from './report/header.ts'
import { reportJson } from './report/json.ts'
import { headerText, scenarioText } from './report/table.ts'
import { measure } from './rounds.ts'
import { SCENARIOS } from './scenarios/index.ts'

async function main(options: Options): Promise<void> {
  buildDist()
  const header = headerOf(options.rounds)
  if (!options.json) console.log(headerText(header))
  const results = []
  for (const scenario of options.scenarios) {
    const result = await measure(scenario, options.rounds, options.items)
    results.push(result)
    if (!options.json) console.log(`\n${scenarioText(result, header)}`)
  }
  if (options.json) console.log(reportJson(header, results))
}

try {
  const options = optionsOf(process.argv.slice(2), SCENARIOS)
  if (options === 'help') console.log(USAGE)
  else await main(options)
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(`${isUsage ? `bench: ${error.message}\n\n${USAGE}` : inspect(error)}\n`)
  process.exitCode = isUsage ? 2 : 1
}

import { inspect, parseArgs } from 'node:util'
import { ITEMS_UNIT, type Scenario } from './scenarios/scenario.ts'

export interface Options {
  readonly rounds: number
  /** Items a round, for every contender; undefined: what each scenario sets. */
  readonly items: number | undefined
  readonly scenarios: readonly Scenario[]
  readonly json: boolean
}

export class UsageError extends Error {}

const ROUNDS = { fallback: 7, min: 1, max: 1000 }
const ITEMS = { min: ITEMS_UNIT, max: 1_000_000_000 }

export const USAGE = `Usage: npm run bench -- [options]

  --rounds N         measured rounds of each contender, ${ROUNDS.min} to ${ROUNDS.max} (default ${ROUNDS.fallback}); one more warms up
  --items N          items a round, ${ITEMS.min} to ${ITEMS.max}, rounded up to a multiple of ${ITEMS_UNIT} (default: set by each scenario)
  --only SCENARIO    a scenario's name, such as int32/1P1C, or a part of names: int32, int32-batch, object,
                     object-batch, 1P1C, 1P2C, 2P1C, 2P2C, 4P4C, core, api, supervised; may be repeated: all that match any
  --json             the results as JSON, nothing else on standard output
  --help             this text

Exit code 0: measured; 1: an item was lost, came twice or did not arrive in time; 2: wrong usage.`

export function optionsOf(args: string[], scenarios: readonly Scenario[]): Options | 'help' {
  const values = parsed(args)
  if (values.help === true) return 'help'
  return {
    rounds: integer('--rounds', values.rounds, ROUNDS.min, ROUNDS.max) ?? ROUNDS.fallback,
    items: integer('--items', values.items, ITEMS.min, ITEMS.max),
    scenarios: selected(values.only, scenarios),
    json: values.json === true,
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rounds: { type: 'string' },
        items: { type: 'string' },
        only: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function integer(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`${option} must be an integer from ${min} to ${max}; received ${inspect(text)}`)
}

function selected(only: string[] | undefined, scenarios: readonly Scenario[]): readonly Scenario[] {
  if (only === undefined) return scenarios
  for (const wanted of only) {
    if (scenarios.some((scenario) => matches(scenario, wanted))) continue
    const names = scenarios.map(({ name }) => name).join(', ')
    throw new UsageError(
      `--only must be one of ${names}, or a part of these between slashes; received ${inspect(wanted)}`,
    )
  }
  return scenarios.filter((scenario) => only.some((wanted) => matches(scenario, wanted)))
}

function matches({ name }: Scenario, wanted: string): boolean {
  return name === wanted || name.split('/').includes(wanted)
}

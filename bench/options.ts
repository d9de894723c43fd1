import { flag, integer, refusal, script, texts, type ValuesOf } from '../scripts/command-line.ts'
import { ITEMS_UNIT, type Scenario } from './scenarios/scenario.ts'

export interface Options {
  readonly rounds: number
  /** Items of a round, for every contender; undefined: each scenario sets its own number. */
  readonly items: number | undefined
  readonly scenarios: readonly Scenario[]
  /** Fewer scenarios, rounds and items. */
  readonly quick: boolean
  readonly json: boolean
}

const ROUNDS = 7
const QUICK_ROUNDS = 3

export const SCRIPT = script({
  command: 'npm run bench --',
  does: 'Measures how fast items move between threads, beside postMessage in the same run.',
  options: {
    rounds: integer('measured rounds of each contender; one more round warms it up', {
      min: 1,
      max: 1000,
      fallback: [`${ROUNDS}, ${QUICK_ROUNDS} with --quick`, () => undefined],
    }),
    items: integer(`items of a round, rounded up to a multiple of ${ITEMS_UNIT}`, {
      min: ITEMS_UNIT,
      max: 1_000_000_000,
      fallback: ['each scenario sets its own', () => undefined],
    }),
    only: texts(
      'a scenario by its name, such as int32/1P1C, or by a part between slashes, such as object-batch, 4P4C or core',
      'all scenarios; with --quick some of them',
    ),
    quick: flag('measures fewer scenarios, rounds and items, and says less'),
    json: flag('prints the results as JSON, and nothing else, on standard output'),
  },
  example: '--only int32/1P1C --rounds 15',
  exit: ['the rates are measured', 'an item was lost, came twice or did not arrive in time'],
})

export function optionsOf(
  { rounds, only, ...rest }: ValuesOf<typeof SCRIPT>,
  all: readonly Scenario[],
): Options {
  const { quick } = rest
  const scenarios =
    quick && only === undefined ? all.filter(({ inQuick }) => inQuick === true) : selected(only, all)
  return { ...rest, rounds: rounds ?? (quick ? QUICK_ROUNDS : ROUNDS), scenarios }
}

/** The scenarios that have one of these names, or a part of their name; all if `only` is undefined. */
export function selected<S extends { readonly name: string }>(
  only: readonly string[] | undefined,
  scenarios: readonly S[],
): readonly S[] {
  if (only === undefined) return scenarios
  for (const wanted of only) {
    if (scenarios.some((scenario) => matches(scenario, wanted))) continue
    const names = scenarios.map(({ name }) => name).join(', ')
    throw refusal('only', `one of ${names}, or a part of these between slashes`, wanted)
  }
  return scenarios.filter((scenario) => only.some((wanted) => matches(scenario, wanted)))
}

function matches({ name }: { readonly name: string }, wanted: string): boolean {
  // A group of pipelines, such as grain/10us, has slashes itself.
  return `${name}/`.startsWith(`${wanted}/`) || name.split('/').includes(wanted)
}

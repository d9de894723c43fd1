import { integer, refusal, script, severalOf, texts, type ValuesOf } from '../../scripts/command-line.ts'
import { LAYERS, type Layer, MUTANTS, type Mutant } from './mutants.ts'

export interface Options {
  readonly mutants: readonly Mutant[]
  /** In the order of LAYERS, cheapest first. */
  readonly layers: readonly Layer[]
  readonly seed: number
}

export const SCRIPT = script({
  command: 'npm run mutants --',
  does:
    'Puts one deliberate fault after the other into the source, and asks the layers of checks, cheapest first, ' +
    'whether they find it.',
  options: {
    only: texts('mutants whose name has this part', `all ${MUTANTS.length} mutants`),
    layer: severalOf('a layer of checks', LAYERS, 'all layers'),
    seed: integer('seed of the random operations', { min: 0, max: 2 ** 31 - 1, fallback: 1 }),
  },
  example: '--layer explored --layer compiled',
  exit: [
    'every mutant is found or equivalent',
    'a mutant survives, or the source without a fault does not pass the checks',
  ],
})

export function optionsOf({ only, layer, seed }: ValuesOf<typeof SCRIPT>): Options {
  return {
    mutants: selected(only),
    layers: LAYERS.filter((each) => layer === undefined || layer.includes(each)),
    seed,
  }
}

function selected(only: readonly string[] | undefined): readonly Mutant[] {
  if (only === undefined) return MUTANTS
  for (const wanted of only) {
    if (MUTANTS.some(({ name }) => name.includes(wanted))) continue
    throw refusal('only', 'a part of the name of a mutant', wanted)
  }
  return MUTANTS.filter(({ name }) => only.some((wanted) => name.includes(wanted)))
}

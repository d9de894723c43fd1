import { inspect, parseArgs } from 'node:util'
import { integer, UsageError, usageOf } from '../support/usage.ts'
import { LAYERS, type Layer, MUTANTS, type Mutant } from './mutants.ts'

export interface Options {
  readonly mutants: readonly Mutant[]
  readonly layers: readonly Layer[]
  readonly seed: number
}

const SEED = { min: 0, max: 2 ** 31 - 1 }

export const USAGE = `Usage: npm run mutants -- [options]

  --only NAME    mutants whose name holds this; may be repeated (default: all ${MUTANTS.length})
  --layer LAYER  one of ${LAYERS.join(', ')}; may be repeated (default: all, cheapest first)
  --seed N       of the random operations, ${SEED.min} to ${SEED.max} (default 1)
  --help         this text

Exit code 0: every mutant was found or is equivalent; 1: one survived, or the unmutated source fails; 2: wrong usage.`

export function optionsOf(args: string[]): Options | 'help' {
  const values = parsed(args)
  if (values.help === true) return 'help'
  return {
    mutants: selected(values.only),
    layers: layersOf(values.layer),
    seed: integer('--seed', values.seed, SEED) ?? 1,
  }
}

function parsed(args: string[]) {
  return usageOf(
    () =>
      parseArgs({
        args,
        options: {
          only: { type: 'string', multiple: true },
          layer: { type: 'string', multiple: true },
          seed: { type: 'string' },
          help: { type: 'boolean', short: 'h' },
        },
      }).values,
  )
}

function selected(only: string[] | undefined): readonly Mutant[] {
  if (only === undefined) return MUTANTS
  for (const wanted of only) {
    if (!MUTANTS.some(({ name }) => name.includes(wanted)))
      throw new UsageError(`--only must be part of the name of a mutant; received ${inspect(wanted)}`)
  }
  return MUTANTS.filter(({ name }) => only.some((wanted) => name.includes(wanted)))
}

function layersOf(layers: string[] | undefined): readonly Layer[] {
  if (layers === undefined) return LAYERS
  for (const layer of layers) {
    if (!(LAYERS as readonly string[]).includes(layer))
      throw new UsageError(`--layer must be one of ${LAYERS.join(', ')}; received ${inspect(layer)}`)
  }
  return LAYERS.filter((layer) => layers.includes(layer))
}

import { parseArgs } from 'node:util'
import { integer, usageOf } from '../support/usage.ts'

export interface Options {
  /** Of each cell. */
  readonly kills: number
  /** Part of a cell's label. */
  readonly only: string
  readonly seed: number
}

const KILLS = { fallback: 7, min: 1, max: 10_000 }
const SEED = { min: 0, max: 2 ** 31 - 1 }

export const USAGE = `Usage: npm run kill -- [options]

Kills threads while they work on a queue, and checks that nothing is lost and nobody stuck.

  --kills N     deaths of each cell of the table, ${KILLS.min} to ${KILLS.max} (default ${KILLS.fallback}); of threads of a supervisor a quarter
  --only TEXT   cells with TEXT in their label, such as "await get", "memory;", "near full", "control"
  --seed N      ${SEED.min} to ${SEED.max} (default: of the clock); the same seed and cell play the same again, but for the threads' timing
  --help        this text

Exit code 0: all survived; 1: a failure, printed with its seed; 2: wrong usage.`

export function optionsOf(args: string[]): Options | 'help' {
  const values = parsed(args)
  if (values.help === true) return 'help'
  return {
    kills: integer('--kills', values.kills, KILLS) ?? KILLS.fallback,
    only: values.only ?? '',
    seed: integer('--seed', values.seed, SEED) ?? Date.now() % 1_000_000,
  }
}

function parsed(args: string[]) {
  return usageOf(
    () =>
      parseArgs({
        args,
        options: {
          kills: { type: 'string' },
          only: { type: 'string' },
          seed: { type: 'string' },
          help: { type: 'boolean', short: 'h' },
        },
      }).values,
  )
}

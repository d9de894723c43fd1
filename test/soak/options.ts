import { inspect, parseArgs } from 'node:util'
import { integer, UsageError, usageOf } from '../support/usage.ts'
import { type Job, SABOTAGES, type Sabotage } from './job.ts'

const MINUTES = { fallback: 30, min: 0.05, max: 10_000 }
const DEATHS = { fallback: 1, min: 0.01, max: 20 }
const THREADS = { fallback: 16, min: 14, max: 256 }
const SEED = { min: 0, max: 2 ** 31 - 1 }
const PATIENCE = 120_000
const EPOCH = 20_000

export const USAGE = `Usage: npm run soak -- [options]

  --minutes N             how long, ${MINUTES.min} to ${MINUTES.max}, fractions too (default ${MINUTES.fallback})
  --deaths-per-second N   on average, ${DEATHS.min} to ${DEATHS.max} (default ${DEATHS.fallback})
  --threads N             at work at once, ${THREADS.min} to ${THREADS.max} (default ${THREADS.fallback})
  --seed N                of who dies when and how, an integer from ${SEED.min} to ${SEED.max} (default: another each time)
  --sabotage FAULT        shows that it can fail: ${SABOTAGES.join(', ')}
  --help                  this text

Queues of all kinds in one process, supervised and bare threads at them that die at random moments and are started
again. Now and then the queues are drained and a balance is drawn of every item put.

Exit code 0: nothing lost, nothing stuck, memory flat; 1: not so; 2: wrong usage.`

export function optionsOf(args: string[]): Job | 'help' {
  const values = parsed(args)
  if (values.help === true) return 'help'
  return {
    minutes: within('--minutes', values.minutes, MINUTES) ?? MINUTES.fallback,
    deathsPerSecond: within('--deaths-per-second', values['deaths-per-second'], DEATHS) ?? DEATHS.fallback,
    threads: integer('--threads', values.threads, THREADS) ?? THREADS.fallback,
    seed: integer('--seed', values.seed, SEED) ?? Date.now() % 1_000_000,
    epoch: EPOCH,
    maxSleepMs: PATIENCE,
    sabotage: sabotage(values.sabotage),
  }
}

function parsed(args: string[]) {
  return usageOf(
    () =>
      parseArgs({
        args,
        options: {
          minutes: { type: 'string' },
          'deaths-per-second': { type: 'string' },
          threads: { type: 'string' },
          seed: { type: 'string' },
          sabotage: { type: 'string' },
          help: { type: 'boolean', short: 'h' },
        },
      }).values,
  )
}

interface Range {
  readonly min: number
  readonly max: number
}

function within(option: string, text: string | undefined, { min, max }: Range): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`${option} must be a number from ${min} to ${max}; received ${inspect(text)}`)
}

function sabotage(text: string | undefined): Sabotage | undefined {
  if (text === undefined) return undefined
  const known = SABOTAGES.find((each) => each === text)
  if (known !== undefined) return known
  throw new UsageError(`--sabotage must be one of ${SABOTAGES.join(', ')}; received ${inspect(text)}`)
}

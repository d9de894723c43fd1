import { availableParallelism } from 'node:os'
import { inspect, parseArgs } from 'node:util'
import { integer, UsageError, usageOf } from '../support/usage.ts'
import type { Configuration } from './configurations/configuration.ts'
import { seedOfDay } from './seed.ts'

export interface DeepOptions {
  readonly schedules: number
  readonly seed: number
  readonly minutes: number
  readonly processes: number
  readonly configurations: readonly Configuration[]
  /** The one schedule to run, with its trace if it finds something. */
  readonly schedule: number | undefined
  readonly explores: boolean
}

const MOST = 10_000_000_000

export const USAGE = `Usage: npm run schedules:deep -- [options]

  --schedules N      schedules by chance, PCT and random walks, over all configurations, 0 to ${MOST} (default 10000000)
  --seed N           their seed (default: MILLRACE_SEED, else the date)
  --minutes N        begin no further work after this time, 1 to 10000 (default 10000); the rest is listed
  --processes N      processes to share the work, 1 to 256 (default: one a core)
  --only TEXT        configurations whose names contain this; may be repeated: all that match any
  --sampled          explore nothing to the end, only run schedules by chance
  --schedule N       run only this schedule of the configuration that --only names exactly, and print its finding
  --help             this text

Exit code 0: nothing found; 1: found something, or was stopped by --minutes; 2: wrong usage.`

export function deepOptionsOf(args: string[], all: readonly Configuration[]): DeepOptions | 'help' {
  const values = parsed(args)
  if (values.help === true) return 'help'
  const schedule = integer('--schedule', values.schedule, { min: -MOST, max: MOST })
  const configurations = selected(values.only, all, schedule !== undefined)
  return {
    schedules: integer('--schedules', values.schedules, { min: 0, max: MOST }) ?? 10_000_000,
    seed: integer('--seed', values.seed, { min: -MOST, max: MOST }) ?? seedOfDay(),
    minutes: integer('--minutes', values.minutes, { min: 1, max: 10_000 }) ?? 10_000,
    processes: integer('--processes', values.processes, { min: 1, max: 256 }) ?? availableParallelism(),
    configurations,
    schedule,
    explores: values.sampled !== true,
  }
}

function parsed(args: string[]) {
  return usageOf(
    () =>
      parseArgs({
        args,
        options: {
          schedules: { type: 'string' },
          seed: { type: 'string' },
          minutes: { type: 'string' },
          processes: { type: 'string' },
          only: { type: 'string', multiple: true },
          sampled: { type: 'boolean' },
          schedule: { type: 'string' },
          help: { type: 'boolean', short: 'h' },
        },
      }).values,
  )
}

function selected(
  only: string[] | undefined,
  all: readonly Configuration[],
  exactly: boolean,
): readonly Configuration[] {
  const matches = (name: string, wanted: string) => (exactly ? name === wanted : name.includes(wanted))
  const missing = (only ?? []).find((wanted) => !all.some(({ name }) => matches(name, wanted)))
  if (missing !== undefined) {
    const names = all.map(({ name }) => name).join('\n  ')
    throw new UsageError(
      `--only must be ${exactly ? '' : 'a part of '}one of\n  ${names}\nreceived ${inspect(missing)}`,
    )
  }
  const found =
    only === undefined ? all : all.filter(({ name }) => only.some((wanted) => matches(name, wanted)))
  if (exactly && found.length !== 1)
    throw new UsageError('--schedule needs one --only, the name of a configuration')
  return found
}

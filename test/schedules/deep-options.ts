import { availableParallelism } from 'node:os'
import {
  flag,
  integer,
  refusal,
  script,
  texts,
  UsageError,
  type ValuesOf,
} from '../../scripts/command-line.ts'
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

export const SCRIPT = script({
  command: 'npm run schedules:deep --',
  does:
    'Explores interleavings further than the tests do: some configurations to the end, then schedules by chance (PCT ' +
    'and random walks) over all of them.',
  options: {
    schedules: integer('schedules by chance, over all configurations', {
      min: 0,
      max: MOST,
      fallback: 10_000_000,
    }),
    seed: integer('seed of the schedules by chance', {
      min: -MOST,
      max: MOST,
      fallback: ['MILLRACE_SEED, else the date', seedOfDay],
    }),
    minutes: integer('minutes after which no further part of the work begins; the parts left out are told', {
      min: 1,
      max: 10_000,
      fallback: 10_000,
    }),
    processes: integer('processes that share the work', {
      min: 1,
      max: 256,
      fallback: ['one a core', availableParallelism],
    }),
    only: texts('configurations whose name has this part', 'all configurations'),
    sampled: flag('explores nothing to the end, only runs schedules by chance'),
    schedule: integer(
      'runs this one schedule of the one configuration that --only names, and prints its trace',
      { min: -MOST, max: MOST, fallback: ['none', () => undefined] },
    ),
  },
  example: '--schedules 100000 --only join --minutes 5',
  exit: ['nothing found', 'a schedule failed, or --minutes left a part out'],
})

export function deepOptionsOf(
  { only, sampled, ...rest }: ValuesOf<typeof SCRIPT>,
  all: readonly Configuration[],
): DeepOptions {
  const configurations = selected(only, all, rest.schedule !== undefined)
  return { ...rest, configurations, explores: !sampled }
}

function selected(
  only: readonly string[] | undefined,
  all: readonly Configuration[],
  exactly: boolean,
): readonly Configuration[] {
  const matches = (name: string, wanted: string) => (exactly ? name === wanted : name.includes(wanted))
  const missing = (only ?? []).find((wanted) => !all.some(({ name }) => matches(name, wanted)))
  if (missing !== undefined) {
    const names = all.map(({ name }) => name).join('\n  ')
    throw refusal('only', `${exactly ? '' : 'a part of '}one of\n  ${names}\n`, missing)
  }
  const found =
    only === undefined ? all : all.filter(({ name }) => only.some((wanted) => matches(name, wanted)))
  if (exactly && found.length !== 1)
    throw new UsageError('--schedule needs one --only, the name of a configuration')
  return found
}

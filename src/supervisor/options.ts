import { isMainThread, type ResourceLimits } from 'node:worker_threads'
import { integer, invalidType, invalidValue, optionsObject, outOfRange } from '../check.ts'
import { durationOf, signalOf } from '../queue/index.ts'
import { type CompletePolicy, type RestartPolicy, restartPolicy } from './groups/index.ts'

/** How a supervisor is made. */
export interface SupervisorOptions {
  /** For messages and reports. */
  name?: string | undefined
  /**
   * Threads at work at once, in all groups together; a spawn beyond: TooManyThreadsError. Default: no limit.
   */
  maxThreads?: number | undefined
  /** Aborted: as `close()`, and `join` rejects with an AbortError. */
  signal?: AbortSignal | undefined
  /**
   * How often threads that died are started again, for each group; false: never. Default `{ max: 3, within:
   * 60_000 }`.
   */
  restart?: Partial<RestartPolicy> | false | undefined
  /** Of every thread, as `new Worker` takes them. */
  resourceLimits?: ResourceLimits | undefined
  /** How long threads that are asked to stop may take until they are terminated, in ms; default 5000. */
  grace?: number | undefined
  /**
   * While groups run, SIGINT and SIGTERM ask once (who takes nothing is asked to stop, what is queued is
   * finished, join resolves, the exit code is 130 or 143) and end the process when they come again. When
   * nobody takes any more, those who were asked have `grace`. Main thread only; default false.
   */
  handleSignals?: boolean | undefined
}

export interface SupervisorSettings {
  readonly name: string
  readonly maxThreads: number
  readonly signal: AbortSignal | undefined
  readonly restart: CompletePolicy
  readonly resourceLimits: ResourceLimits | undefined
  readonly grace: number
  readonly handleSignals: boolean
}

/** Node takes no notice of what is no number. */
const LIMITS = [
  'maxOldGenerationSizeMb',
  'maxYoungGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
] as const

export function supervisorSettings(given: SupervisorOptions | undefined): SupervisorSettings {
  const options = optionsObject('options', given)
  const { name = '', maxThreads, restart, resourceLimits, grace, handleSignals = false } = options
  if (typeof name !== 'string') throw invalidType('options.name', 'a string', name)
  if (typeof handleSignals !== 'boolean') {
    throw invalidType('options.handleSignals', 'a boolean', handleSignals)
  }
  if (handleSignals && !isMainThread) {
    throw invalidValue('options.handleSignals', 'false in a worker thread, which hears no signals', true)
  }
  for (const name of LIMITS) {
    const value = optionsObject('options.resourceLimits', resourceLimits)[name]
    if (value === undefined) continue
    const limit = `options.resourceLimits.${name}`
    if (typeof value !== 'number') throw invalidType(limit, 'a number of MB above 0', value)
    if (!(value > 0)) throw outOfRange(limit, 'a number of MB above 0', value)
  }
  return {
    name,
    maxThreads: integer(
      'options.maxThreads',
      maxThreads,
      1,
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    ),
    signal: signalOf(options),
    restart: restartPolicy(restart),
    resourceLimits,
    grace: grace === undefined ? 5000 : durationOf('options.grace', grace),
    handleSignals,
  }
}

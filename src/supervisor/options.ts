import { isMainThread, type ResourceLimits } from 'node:worker_threads'
import { integer, invalidType, invalidValue, type Known, optionsObject, outOfRange } from '../check.ts'
import { durationOf, signalOf } from '../queue/index.ts'
import { type CompletePolicy, type RestartPolicy, restartPolicy } from './groups/index.ts'

/** The options of `new Supervisor`. */
export interface SupervisorOptions {
  /**
   * The name in messages and reports.
   * @default ''
   */
  name?: string | undefined
  /**
   * Threads at work at once in all groups together, at least 1. A start beyond that throws
   * TooManyThreadsError.
   * @default no limit
   */
  maxThreads?: number | undefined
  /**
   * Its abort acts as `close()`, and `join` rejects with an AbortError.
   * @default none
   */
  signal?: AbortSignal | undefined
  /**
   * How often threads of one group are started again after a death; false: never. A kept thread that dies by
   * an uncaught error may have got that from an earlier function: a new thread takes its place, and this does
   * not count.
   * @default { max: 3, within: 60_000, backoff: 0, onThrow: false }
   */
  restart?: Partial<RestartPolicy> | false | undefined
  /**
   * The limits of each thread in MB, above 0, as for `new Worker`.
   * @default Node's
   */
  resourceLimits?: ResourceLimits | undefined
  /**
   * ms until threads are terminated that were asked to stop and have not, 0 to 2^31 - 1.
   * @default 5000
   */
  grace?: number | undefined
  /**
   * While groups run, the first SIGINT or SIGTERM ends the run in order: threads that take no items are asked
   * to stop, queued items are finished, `join` resolves, and the exit code is 130 or 143. Once no thread
   * takes items any more, threads that were asked to stop have `grace`. A second signal ends the process. In
   * the main thread only.
   * @default false
   */
  handleSignals?: boolean | undefined
}

/** @internal */
export interface SupervisorSettings {
  readonly name: string
  readonly maxThreads: number
  readonly signal: AbortSignal | undefined
  readonly restart: CompletePolicy
  readonly resourceLimits: ResourceLimits | undefined
  readonly grace: number
  readonly handleSignals: boolean
}

const KNOWN: Known<SupervisorOptions> = {
  name: true,
  maxThreads: true,
  signal: true,
  restart: true,
  resourceLimits: true,
  grace: true,
  handleSignals: true,
}
const LIMITS: Known<ResourceLimits> = {
  maxOldGenerationSizeMb: true,
  maxYoungGenerationSizeMb: true,
  codeRangeSizeMb: true,
  stackSizeMb: true,
}

/** @internal */
export function supervisorSettings(given: SupervisorOptions | undefined): SupervisorSettings {
  const options = optionsObject('options', given, KNOWN)
  const { name = '', maxThreads, restart, resourceLimits, grace, handleSignals = false } = options
  if (typeof name !== 'string') throw invalidType('options.name', 'a string', name)
  if (typeof handleSignals !== 'boolean') {
    throw invalidType('options.handleSignals', 'a boolean', handleSignals)
  }
  if (handleSignals && !isMainThread) {
    throw invalidValue('options.handleSignals', 'false in a worker thread, which receives no signals', true)
  }
  checkLimits(resourceLimits)
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

/** @internal Checks the limits, since Node ignores a limit that is not a number. */
export function checkLimits(given: ResourceLimits | undefined): void {
  const limits: Record<string, unknown> = { ...optionsObject('options.resourceLimits', given, LIMITS) }
  for (const name of Object.keys(LIMITS)) {
    const value = limits[name]
    if (value === undefined) continue
    const limit = `options.resourceLimits.${name}`
    if (typeof value !== 'number') throw invalidType(limit, 'a number of MB above 0', value)
    if (!(value > 0)) throw outOfRange(limit, 'a number of MB above 0', value)
  }
}

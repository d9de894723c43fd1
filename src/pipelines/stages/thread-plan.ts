import type { Codec } from '../../codec/index.ts'
import type { RetryDecision, StageRole } from '../../protocol/index.ts'
import type { Queue } from '../../queue/index.ts'
import { type GroupPlan, PLAIN } from '../../supervisor/index.ts'
import type { StageLimit } from '../stage-limit.ts'

/** A stage on threads, as its options say. */
export interface ThreadStageSettings {
  readonly name: string
  /** The part of a group's plan that is known before the stage begins. */
  readonly base: Pick<
    GroupPlan,
    'task' | 'args' | 'restart' | 'resourceLimits' | 'reuse' | 'share' | 'setup' | 'teardown' | 'grace'
  >
  readonly steps: StageRole['steps']
  /** The name of each step's function. */
  readonly stepNames: readonly string[]
  readonly codec: Codec<unknown>
  readonly resultCodec: Codec<unknown>
  readonly maxItemBytes: number
  readonly concurrency: number
  readonly retries: number
  readonly backoff: number
  readonly timeoutMs: number | undefined
  readonly limit: StageLimit | undefined
  readonly maxDeaths: number
  readonly grain: number | undefined
  readonly recycleItems: number | undefined
  readonly recycleHeapMb: number | undefined
}

export interface StagePlace {
  readonly items: Queue<unknown>
  readonly results: Queue<unknown>
  readonly words: Int32Array
  readonly idle: Float64Array
  readonly window: number
  readonly retriesHere: boolean
  readonly decide: (attempts: number, entry: number) => RetryDecision
}

/** The plan of the group that runs a stage. */
export function stagePlan(settings: ThreadStageSettings, place: StagePlace): GroupPlan {
  const { base, steps, concurrency, timeoutMs } = settings
  const { items, results, words, idle, window, retriesHere, decide } = place
  const { threads } = base.task
  const role: StageRole = {
    kind: 'stage',
    queue: items.handle,
    results: results.handle,
    words,
    idle,
    steps,
    retries: undefined,
    backoff: settings.backoff,
    concurrency,
    timeout: timeoutMs,
    maxDeliveries: 0,
    hasDeadLetters: false,
    recycleItems: settings.recycleItems,
    recycleHeapMb: settings.recycleHeapMb,
    limiter: settings.limit?.limiter.handle,
    limitKey: undefined,
    // Calls that wait for the turn of an item keep their lanes: that item must have one.
    mostWaiting: retriesHere ? 0 : settings.limit?.isKeyed ? window : 1,
    callRetries: settings.retries,
    maxDeaths: settings.maxDeaths,
    retriesHere,
    grain: settings.grain,
    // The rest of the window is what threads do until the owner has come.
    unwoken: Math.max(1, Math.floor((3 * window) / (4 * threads))),
  }
  return {
    ...PLAIN,
    ...base,
    role: 'consume',
    inputs: [items],
    calls: { concurrency, timeoutMs, decide },
    blamesItems: true,
    roleOf: () => role,
  }
}

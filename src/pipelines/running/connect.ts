import type { AsyncResource } from 'node:async_hooks'
import { outOfRange } from '../../check.ts'
import { takeShare } from '../../supervisor/index.ts'
import type { OpenSource, Origin, Reader, RunHooks, StageHooks } from '../flow.ts'
import type { StageRequest } from '../stage-options.ts'
import { BatchStage, LocalExecutor, ThreadExecutor, WindowedStage } from '../stages/index.ts'
import type { SourceReader } from './source-reader.ts'

/** A part of a pipeline, as it was asked for. */
export type Part =
  | { readonly kind: 'stage'; readonly request: StageRequest }
  | { readonly kind: 'batch'; readonly size: number; readonly lingerMs: number | undefined }

export interface RunPlan {
  readonly open: (hooks: RunHooks) => OpenSource
  readonly parts: readonly Part[]
  /** Failures are passed on as entries. */
  readonly isSettled: boolean
  /** The stack above the call that made the run. */
  readonly frames: string
  /** That of the call that reads the run: plain functions are called in it. */
  readonly context: AsyncResource
}

/** The parts of a run, each of which reads the one before it. */
export interface Connected {
  readonly stages: readonly WindowedStage[]
  readonly batches: readonly BatchStage[]
  /** The part that reads the source; undefined if there is none. */
  readonly first: WindowedStage | BatchStage | undefined
  readonly last: Reader
}

/** @throws RangeError for a batch that would never be whole */
export function connected(plan: RunPlan, source: SourceReader, hooks: StageHooks): Connected {
  refuseLargeBatches(plan.parts, source.limit)
  const sharing = plan.parts.filter((part) => part.kind === 'stage' && isSharing(part.request)).length
  const stages: WindowedStage[] = []
  const batches: BatchStage[] = []
  let last: Reader = source
  let first: Connected['first']
  for (const part of plan.parts) {
    let made: WindowedStage | BatchStage
    if (part.kind === 'batch') {
      made = new BatchStage(part.size, part.lingerMs, last, hooks)
      batches.push(made)
    } else {
      const isLast = part === plan.parts.at(-1)
      made = stageOf(part.request, last, { plan, isLast, mostHeld: source.limit, sharing, hooks })
      stages.push(made)
    }
    first ??= made
    last = made
  }
  return { stages, batches, first, last }
}

/** The window of a plain function with a limit for each key, by default. */
const KEYED_WINDOW = 64

interface Place {
  readonly plan: RunPlan
  readonly isLast: boolean
  /** Items of the source that may be under way. */
  readonly mostHeld: number | undefined
  /** Stages of the run that share the threads that are free. */
  readonly sharing: number
  readonly hooks: StageHooks
}

function stageOf(request: StageRequest, input: Reader, place: Place): WindowedStage {
  const { plan, isLast, mostHeld = Number.POSITIVE_INFINITY, sharing, hooks } = place
  const { frames, context } = plan
  const { order, name, how, onThisThread } = request
  const common = { order, onError: plan.isSettled ? undefined : request.onError, isLast }
  if (onThisThread !== undefined) {
    const window = Math.min(request.window ?? localWindow(onThisThread), mostHeld)
    const settings = { ...common, name, window, isSimple: how !== 'flatMap' }
    const keepsLanes = how === 'flatMap' && order === 'source'
    return new WindowedStage(
      settings,
      input,
      hooks,
      (events) => new LocalExecutor({ ...onThisThread, keepsLanes, frames, context }, events, hooks),
    )
  }
  const onThreads = withShare(request, sharing)
  if (onThreads === undefined) throw new Error('a stage has no function')
  const isSimple = onThreads.steps.every((step) => step.how !== 'flatMap')
  const window = Math.min(request.window ?? 64 * onThreads.base.task.threads, mostHeld)
  const settings = { ...common, name: onThreads.name, window, isSimple }
  const onPlace = { window, isSimple, isOrdered: order === 'source', frames }
  return new WindowedStage(
    settings,
    input,
    hooks,
    (events) => new ThreadExecutor(onThreads, onPlace, events, hooks),
  )
}

/** Items of other keys go on while those of one wait. */
function localWindow({ concurrency, limit }: NonNullable<StageRequest['onThisThread']>): number {
  const window = concurrency === 1 ? 1 : 2 * concurrency
  return limit?.isKeyed ? Math.max(KEYED_WINDOW, window) : window
}

/**
 * A batch of more items than the source gives before some are done would never be whole. @throws RangeError
 */
function refuseLargeBatches(parts: readonly Part[], limit: number | undefined): void {
  if (limit === undefined) return
  let items = 1
  for (const part of parts) {
    if (part.kind === 'stage' && part.request.how === 'flatMap') return
    if (part.kind === 'batch') items *= part.size
  }
  if (items > limit) throw batchError(limit, items)
}

/** Where a flatMap comes first, or the limit was not known: items of batches that wait for more hold all. */
export function stuckBatches(batches: readonly BatchStage[], limit: number | undefined): Error | undefined {
  if (limit === undefined) return undefined
  const held = new Set<Origin>()
  for (const { waiting } of batches) for (const origin of waiting) held.add(origin)
  return held.size < limit ? undefined : batchError(limit, held.size)
}

function batchError(limit: number, items: number): Error {
  const range = `smaller: the queue gives ${limit} items (its maxInFlight) before one of them must be done`
  return outOfRange('size', range, items)
}

function isSharing({ onThreads }: StageRequest): boolean {
  return onThreads !== undefined && onThreads.base.share > 0
}

/** Takes threads that are free, where no number was given: an equal part for each such stage. */
function withShare({ onThreads }: StageRequest, sharing: number): StageRequest['onThreads'] {
  if (onThreads === undefined || onThreads.base.share === 0) return onThreads
  const { base } = onThreads
  const threads = takeShare(Math.max(1, Math.floor(base.share / sharing)), 1)
  return { ...onThreads, base: { ...base, share: threads, task: { ...base.task, threads } } }
}

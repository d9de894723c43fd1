import type { Handle, QueueStats } from './attachment/index.ts'
import type { QueueEndpoint } from './internals.ts'
import type { INTERNALS, PutOptions, PutResult, WaitOptions, WhenFull } from './options/index.ts'

/**
 * A queue that a supervisor's group uses, as the supervisor sees it. A Queue of any kind is one; a queue of
 * another engine can be.
 */
export interface GroupQueue {
  readonly name: string
  readonly maxsize: number
  readonly size: number
  readonly empty: boolean
  readonly isShutDown: boolean
  readonly whenFull: WhenFull
  readonly handle: Handle<unknown>
  stats(): QueueStats
  join(options?: WaitOptions): Promise<void>
  /** @internal */
  readonly [INTERNALS]: QueueEndpoint
}

/** A queue from which `consume` takes items of T. */
export interface SourceQueue<T> extends GroupQueue {
  get(options?: WaitOptions): Promise<T>
}

/** A queue into which `produce` puts items of T. */
export interface SinkQueue<T> extends GroupQueue {
  put(item: T, options?: PutOptions): Promise<PutResult>
}

/** The items that a queue takes. */
export type ItemFor<Q> = Q extends { put(item: infer T, options?: PutOptions): Promise<PutResult> }
  ? T
  : never

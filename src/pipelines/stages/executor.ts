import type { StageItem } from './stage-item.ts'

/** Calls the functions of a stage with its items: on threads, or on the thread of the pipeline. */
export interface Executor {
  /** The number of threads; 0 on the thread of the pipeline. */
  readonly threads: number
  /** The threads that are at work. */
  readonly threadsAtWork: number
  /** For each thread, the share of time in which it did not wait for items, 0 to 1. */
  readonly busy: readonly number[]
  /** Another item can be dispatched now. */
  readonly isReady: boolean
  /** It wakes the stage soon, or when threads have no more items: until then `drain` finds few outputs. */
  readonly looksSoon: boolean
  dispatch(item: StageItem): void
  /** Items were dispatched, and no others follow at once. */
  flush(): void
  /** Tells the stage what has come of its items, as long as it `wantsOutputs`. */
  drain(): void
  /** Further outputs of items other than `item` are to be kept back, or not, as `isPaused` says. */
  setTurn(item: StageItem | undefined, isPaused: boolean): void
  /** All items are done. Resolves when no thread of it runs. @throws ThreadError if it has failed */
  finish(): Promise<void>
  /** The run ends early. Resolves when nothing of it runs any more. */
  stop(reason: unknown): Promise<void>
}

/** How an executor tells its stage what has come of an item. */
export interface StageEvents {
  /** False while so many outputs wait to be read that no more are wanted. */
  readonly wantsOutputs: boolean
  /** False while `item` is to keep back further outputs: it is not in turn, or so many wait to be read. */
  wantsOutputsOf(item: StageItem): boolean
  /** The `number`-th output of the item. One that has come before is a copy, and dropped. */
  output(item: StageItem, number: number, value: unknown): void
  /** The item is done. */
  done(item: StageItem): void
  /** The item has failed for good. */
  failed(item: StageItem, error: unknown): void
  /** A call of the item has failed, and another follows. */
  retried(item: StageItem): void
  /** No call of the item runs any more, nor will: the next of its key may begin. */
  free(item: StageItem): void
}

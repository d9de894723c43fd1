import type { ResourceLimits } from 'node:worker_threads'
import type { Codec } from '../codec/index.ts'
import type { KeyedRateLimiter, RateLimiter } from '../limits/index.ts'
import type { DeadLetter, Queue } from '../queue/index.ts'
import type { RestartPolicy } from '../supervisor/index.ts'

/** The options of a stage, and of `parallelMap`. */
export interface MapOptions<T = unknown, A = unknown> {
  /**
   * The number of threads, 1 to 1024. For a function on threads only.
   * @default as many as are free of those that the process shares (`os.availableParallelism()`), at least 1
   */
  readonly threads?: number | undefined
  /**
   * True: results come in the order of the source. False: as they are ready. A function of the item: calls of
   * items with the same key never overlap, and their results come in order; others come as they are ready.
   * @default true
   */
  readonly ordered?: boolean | ((item: T) => string | number) | undefined
  /**
   * Items that are begun and whose results are not all yielded, 1 to 2^20. The source is never read beyond.
   * @default 64 for each thread; 1 for a plain function, or twice its `concurrency` if that is above 1; 64 at
   * least for a plain function with a limit for each key
   */
  readonly window?: number | undefined
  /**
   * Items that a thread claims at once, 1 to window / (2 x threads); more than 8 are claimed 8 at a time.
   * 'auto': as many as take about 200 µs. A thread that has nothing to do takes claimed items that are not
   * begun.
   * @default 'auto'
   */
  readonly grain?: number | 'auto' | undefined
  /**
   * Calls of an asynchronous function under way at once: in each thread, or of a plain function; 1 to 1024.
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * The fate of an item that has failed for good. 'fail': the run rejects. 'skip': the item is counted, and
   * has no result. A queue: a DeadLetter is put there.
   * @default 'fail'
   */
  readonly onError?: 'fail' | 'skip' | Queue<DeadLetter<T>> | undefined
  /**
   * Deaths of a thread in calls of one item after which the item has failed, 1 to 2^31 - 1.
   * @default 3
   */
  readonly maxDeliveries?: number | undefined
  /**
   * Further calls of an item after one that threw or took too long, 0 to 2^31 - 1.
   * @default 0
   */
  readonly retries?: number | undefined
  /**
   * ms until the first retry, 0 to 2^31 - 1; doubled with each further one.
   * @default 0
   */
  readonly backoff?: number | undefined
  /**
   * ms a call may take, 1 to 2^31 - 1. Then its thread is terminated, and the call has failed by a
   * RunTimeoutError. For a function on threads only.
   * @default no limit
   */
  readonly timeout?: number | undefined
  /**
   * ms that calls under way have when the run ends early, 0 to 2^31 - 1, or Infinity. Then their threads are
   * terminated.
   * @default 50
   */
  readonly grace?: number | undefined
  /**
   * Its abort ends the run, which rejects with an AbortError.
   * @default none
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Grants each call, those of retries too. An item whose key must wait occupies no call, and its wait is not
   * part of `timeout`. A place is given back when the call has ended.
   * @default none
   */
  readonly rateLimit?: RateLimiter | KeyedRateLimiter | undefined
  /**
   * The key of an item in `rateLimit`, a string: the name of its property, or a function of the item.
   * @default the item itself
   */
  readonly key?: string | ((item: T) => string) | undefined
  /**
   * `thread.args` of the function: any value that structured clone can clone. Queues in plain objects and
   * arrays arrive attached.
   * @default undefined
   */
  readonly args?: A | undefined
  /** An export of the function's module, called once a thread before the function. */
  readonly setup?: string | undefined
  /** An export of the function's module, called once a thread after the function; not after a death. */
  readonly teardown?: string | undefined
  /**
   * Replaces a thread between two items: after so many items, or when its heap has grown above so many MB.
   * @default never
   */
  readonly recycle?: { readonly items?: number | undefined; readonly heapMb?: number | undefined } | undefined
  /** The codec of the items. @default codecs.structured */
  readonly codec?: Codec<T> | undefined
  /** The codec of the results. @default codecs.structured */
  // biome-ignore lint/suspicious/noExplicitAny: the results of the function
  readonly resultCodec?: Codec<any> | undefined
  /**
   * The largest encoded item or result, in bytes, 1 to 2^31 - 1. Results may have 64 KiB at least. Memory is
   * used as it is needed.
   * @default 64 MiB
   */
  readonly maxItemBytes?: number | undefined
  /** False: the threads are new, and end with the run. @default true */
  readonly reuse?: boolean | undefined
  /**
   * How often a thread is started again that died while no call was under way.
   * @default { max: 3, within: 60_000 }
   */
  readonly restart?: Partial<RestartPolicy> | false | undefined
  /** The limits of each thread's heap and stack, as those of `worker_threads`. */
  readonly resourceLimits?: ResourceLimits | undefined
}

/** The work of a run so far. */
export interface PipelineStats {
  /** Items read from the source. */
  readonly read: number
  /** Items read that are not done. */
  readonly inFlight: number
  /** Items that are done: everything made of them was yielded, or accepted by the sink; skipped ones too. */
  readonly done: number
  /** Items that have failed for good. */
  readonly failed: number
  /** Failed items that were left out (`onError`); dead letters are among them. */
  readonly skipped: number
  /** Items done in a second, over the last seconds. */
  readonly rate: number
  /** ms until all are done, by that rate; undefined while the length of the source is unknown. */
  readonly eta: number | undefined
  /** Items in the source; undefined while that is unknown. */
  readonly total: number | undefined
  /** ms since the run was first read. */
  readonly elapsed: number
  /** Threads that run calls now. */
  readonly threads: number
  readonly stages: readonly StageStats[]
}

/** One stage of a pipeline. Neighbouring stages that run on the same threads are one. */
export interface StageStats {
  /** The names of its functions. */
  readonly name: string
  /** Items read by the stage. */
  readonly read: number
  /** Items that it has begun, and whose results are not all handed on. */
  readonly inFlight: number
  /** Items that are done. */
  readonly done: number
  readonly failed: number
  /** Calls that failed and were made again, and deaths of threads in calls. */
  readonly retried: number
  /** 0 for a stage on the thread of the pipeline. */
  readonly threads: number
  /**
   * For each thread, the share of the time since it was started in which it did not wait for items, 0 to 1.
   */
  readonly busy: readonly number[]
}

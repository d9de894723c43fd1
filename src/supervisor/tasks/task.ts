import { fileUrl, invalidType, invalidValue, type Known, optionsObject } from '../../check.ts'
import type { KeyedRateLimiter, RateLimiter } from '../../limits/index.ts'
import type { ThreadContext } from '../../protocol/index.ts'
import type { Queue } from '../../queue/index.ts'
import type { Runs, RunsOneOf } from '../../threaded/index.ts'

/** A key that is never set. It carries the type of the function's return value. */
declare const result: unique symbol

/**
 * A function of a module, to be run on threads. `run` takes `args`, `timeout` and `retries` of it, and `warm`
 * the function only.
 */
export interface ThreadTask<A = unknown, R = unknown> {
  /**
   * The module: an absolute path, a `file:` URL as a string, or a URL object. It may be TypeScript.
   *
   * @example new URL('./work.ts', import.meta.url)
   */
  readonly filename: string | URL
  /**
   * The name of the export.
   * @default 'default'
   */
  readonly name?: string | undefined
  /**
   * The number of threads, 1 to 1024.
   * @default 1; with `consume` one for each core (`os.availableParallelism()`) that other groups without a
   *   number and calls of `run` leave free, at least 1
   */
  readonly threads?: number | undefined
  /**
   * The arguments of the function: any value that structured clone can clone. Queues in plain objects and
   * arrays arrive attached.
   * @default undefined
   */
  readonly args?: A | undefined
  /**
   * The threads may be kept ones, on which other functions have run, and are kept in turn if the function
   * leaves nothing behind: such a thread begins in milliseconds. False: the threads are new, and end with the
   * group.
   * @default true; with `spawn` false
   */
  readonly reuse?: boolean | undefined
  /**
   * The name of an export of the function's module. It is called once in each thread, as `(args, thread)`,
   * before the function; its promise is awaited. If it throws, the thread fails as if the function had
   * thrown.
   * @default none
   */
  readonly setup?: string | undefined
  /**
   * Likewise an export that is called once the function has ended: has returned, has thrown, or was asked to
   * stop. It is not called after a death, nor if `setup` threw. If it throws, the thread fails, unless the
   * function has thrown before.
   * @default none
   */
  readonly teardown?: string | undefined
  readonly [result]?: () => R
}

/** The options of a task that are for `produce`. */
export interface ProduceOptions {
  /**
   * Decides what follows the death of a producer. 'skip': it is started again, and as many of its items are
   * dropped as were stored before. This is for a source that gives the same items again. 'manual': it is
   * started again, and goes on from `thread.stored` by itself. Absent: its death fails the group.
   * @default undefined
   */
  readonly resume?: 'skip' | 'manual' | undefined
}

/** The options of a task that are for `consume`. */
export interface ConsumeOptions {
  /**
   * Deliveries of an item after its first, 0 to 2^31 - 1. An item whose call throws after so many goes to the
   * dead letters; without those, its thread fails. Deliveries that ended in a death count too. The queue's
   * `maxDeliveries` limits all deliveries, also where `retries` would allow more.
   * @default as many as the queue's `maxDeliveries` allows (3 deliveries in all with `deadLetters`), else 0
   */
  readonly retries?: number | undefined
  /**
   * ms until an item that failed is delivered again, 0 to 2^31 - 1; doubled with each further attempt. The
   * queue keeps the item meanwhile.
   * @default 0
   */
  readonly backoff?: number | undefined
  /**
   * Calls of an asynchronous function under way at once in each thread, 1 to the queue's `maxInFlight`.
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * ms a call may take, 1 to 2^31 - 1; an asynchronous call ends when its promise settles. A call that takes
   * longer has failed, as if it had thrown a RunTimeoutError. Its thread is terminated, since nothing else
   * ends an endless loop, and another thread goes on; the restart policy does not count this. The other items
   * of the thread are delivered again, and that delivery does not count. The supervisor's thread measures the
   * time: it notices late while it is busy.
   * @default no limit
   */
  readonly timeout?: number | undefined
  /**
   * Queues that are shut down (drained) once the group is over, whether it failed or not: usually those into
   * which the function puts. If several groups of this supervisor close a queue, or produce for it, the queue
   * is shut down when the last of them is over.
   * @default none
   * @example supervisor.consume(pages, work('parse', { args: { links }, closes: links }))
   */
  // biome-ignore lint/suspicious/noExplicitAny: a queue of any items
  readonly closes?: Queue<any> | readonly Queue<any>[] | undefined
  /**
   * Replaces a thread between two items: after so many items, 1 to 2^31 - 1, or when its heap has grown above
   * so many MB, 1 to 2^31 - 1, garbage that is not collected yet included. No restart counts this.
   * @default never
   */
  readonly recycle?: { readonly items?: number | undefined; readonly heapMb?: number | undefined } | undefined
  /**
   * Grants each call, those of retries too. An item whose key must wait occupies no call, and its wait is not part
   * of `timeout`. A place is given back when the call has ended.
   * @default none
   */
  readonly rateLimit?: RateLimiter | KeyedRateLimiter | undefined
  /**
   * The property of an item that is its key in `rateLimit`, a string.
   * @default the item itself
   */
  readonly key?: string | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: any function
type AnyFunction = (...args: any[]) => any

/** The names of the functions a module exports. */
export type FunctionName<M> = { [K in keyof M]: M[K] extends AnyFunction ? K : never }[keyof M] & string

/**
 * The type of the `args` of a thread function: from its context if it takes one, else its first parameter.
 */
type ArgsOf<F> = F extends (...parameters: infer P) => unknown
  ? Required<P> extends [unknown, ThreadContext<infer A>, ...unknown[]]
    ? A
    : P extends [(infer A)?, ...unknown[]]
      ? A
      : unknown
  : never

/** The type of the results of F. */
export type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

/**
 * The options of a task without its function. Those of ProduceOptions and ConsumeOptions are for one method.
 */
export type TaskOptions<A> = Pick<ThreadTask<A>, 'threads' | 'args' | 'reuse' | 'setup' | 'teardown'> &
  ProduceOptions &
  ConsumeOptions

/** @internal The names of these options, also for the methods that take a task. */
export const TASK_OPTIONS: Known<TaskOptions<unknown>> = {
  threads: true,
  args: true,
  reuse: true,
  setup: true,
  teardown: true,
  resume: true,
  retries: true,
  backoff: true,
  concurrency: true,
  timeout: true,
  closes: true,
  recycle: true,
  rateLimit: true,
  key: true,
}

/** A module whose type is unknown. */
// biome-ignore lint/suspicious/noExplicitAny: it may export anything
type Untyped = any

/** The type of accepted `args`. Any fit if the function leaves their type open. */
type Given<A> = unknown extends A ? Untyped : A

/**
 * Makes a task of a function of the module of `task<typeof import('./work.ts')>(url)`. The type of the task
 * says whether `args` were given, so that `spawn`, `produce` and `consume` can refuse a task without them.
 */
export type TaskOf<M> = <N extends FunctionName<M>, K extends keyof TaskOptions<unknown> = never>(
  name: N,
  options?: Pick<TaskOptions<ArgsOf<M[N]>>, K>,
) => ThreadTask<'args' extends K ? Given<ArgsOf<M[N]>> : undefined, ResultOf<M[N]>> & Runs<M[N]>

/**
 * Makes a task whose name, arguments and result TypeScript checks, and with `produce` and `consume` its
 * items.
 *
 * With the name as second argument the name is checked. The types of that one function are checked only if
 * the name is the second type argument too: TypeScript infers all type arguments or none. Without the
 * module's type nothing is checked.
 *
 * @example
 *     const work = task<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))
 *     supervisor.spawn(work('bake', { threads: 2, args: { shelf } }))
 *
 * @throws TypeError for a wrong filename or name, or an unknown option
 */
export function task<M = Untyped>(filename: string | URL): TaskOf<M>
export function task<M = Untyped, N extends FunctionName<M> = FunctionName<M>>(
  filename: string | URL,
  name: N,
  options?: Omit<TaskOptions<unknown>, 'args'> & { readonly args?: undefined },
): ThreadTask<undefined, ResultOf<M[N]>> & RunsOneOf<M[N]>
export function task<M = Untyped, N extends FunctionName<M> = FunctionName<M>>(
  filename: string | URL,
  name: N,
  options: TaskOptions<ArgsOf<M[N]>>,
): ThreadTask<Given<ArgsOf<M[N]>>, ResultOf<M[N]>> & RunsOneOf<M[N]>
export function task(
  filename: string | URL,
  name?: string,
  options?: TaskOptions<unknown>,
): ThreadTask | ((name: string, options?: TaskOptions<unknown>) => ThreadTask) {
  const url = fileUrl('filename', filename)
  const named = (of: string, given?: TaskOptions<unknown>): ThreadTask => ({
    ...optionsObject('options', given, TASK_OPTIONS),
    filename: url,
    name: exportName('name', of),
  })
  return name === undefined ? named : named(name, options)
}

/** @internal */
export function exportName(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'a string', value)
  if (value === '') throw invalidValue(name, 'the name of an export', value)
  return value
}

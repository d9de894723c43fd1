import { fileUrl, integer, invalidType, invalidValue, optionsObject } from '../../check.ts'
import type { ThreadContext } from '../../protocol/index.ts'
import type { Runs, RunsOneOf } from './typed.ts'

/** Never set: carries the type of what the function returns. */
declare const result: unique symbol

/** A function of a module, to be run on threads. */
export interface ThreadTask<A = unknown, R = unknown> {
  /**
   * The module: an absolute path, a `file:` URL, or a URL: `new URL('./work.ts', import.meta.url)`.
   * TypeScript too.
   */
  readonly filename: string | URL
  /** The name of the export; default 'default'. */
  readonly name?: string | undefined
  /**
   * On how many threads, 1 to 1024; default 1, with `consume` one for each core
   * (`os.availableParallelism()`).
   */
  readonly threads?: number | undefined
  /** For the function: what structured clone clones; queues in plain objects and arrays arrive attached. */
  readonly args?: A | undefined
  readonly [result]?: () => R
}

/** How `produce` treats a producer that died. */
export interface ProduceOptions {
  /**
   * 'skip': it is started again, and as many items are dropped as were stored before: for a source that gives
   * the same items again. 'manual': it is started again and goes on from `thread.stored` itself. Default: its
   * death fails the group.
   */
  readonly resume?: 'skip' | 'manual' | undefined
}

/** How `consume` calls its function. */
export interface ConsumeOptions {
  /**
   * Deliveries of an item after its first; when a throw comes after so many, it goes to the dead letters, or,
   * without any, fails its thread. Deliveries that ended in a death count, but only `maxDeliveries` of the
   * queue bounds those. Default: what the queue's `maxDeliveries` allows, without that 0: on a queue with
   * `deadLetters` an item is tried 3 times.
   */
  readonly retries?: number | undefined
  /**
   * ms until an item that failed is delivered again, doubled with each further attempt; the queue keeps it
   * meanwhile. Default 0.
   */
  readonly backoff?: number | undefined
  /**
   * Calls of an asynchronous function under way at once in each thread, 1 to the queue's `maxInFlight`;
   * default 1.
   */
  readonly concurrency?: number | undefined
  /**
   * ms a call may take, an asynchronous one until its promise settles, 1 to 2^31 - 1; default: as long as it
   * likes. What takes longer, be it an endless loop, has failed with a RunTimeoutError, as if it had thrown
   * that: its thread is terminated, and another goes on, which the restart policy does not count. What else
   * the thread was working on is delivered again, and that delivery does not count. The supervisor's thread
   * keeps the time: while that is busy it looks late.
   */
  readonly timeout?: number | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: any function
type AnyFunction = (...args: any[]) => any

/** The names of the functions a module exports. */
export type FunctionName<M> = { [K in keyof M]: M[K] extends AnyFunction ? K : never }[keyof M] & string

/** The `args` of a thread function: of its context if it takes one, else its first parameter. */
type ArgsOf<F> = F extends (...parameters: infer P) => unknown
  ? Required<P> extends [unknown, ThreadContext<infer A>, ...unknown[]]
    ? A
    : P extends [(infer A)?, ...unknown[]]
      ? A
      : unknown
  : never

type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

/**
 * A task's options, beside which function it is; `resume` is for `produce`, the others of its kind for
 * `consume`.
 */
export type TaskOptions<A> = Pick<ThreadTask<A>, 'threads' | 'args'> & ProduceOptions & ConsumeOptions

/** A module whose type nobody has told. */
// biome-ignore lint/suspicious/noExplicitAny: whatever it exports
type Untyped = any

/** Of a function that leaves open what its `args` are, any fit. */
type Given<A> = unknown extends A ? Untyped : A

/**
 * Names a function of the module that `task<typeof import('./work.ts')>(url)` is about. The task knows
 * whether `args` were given, so that `spawn`, `produce` and `consume` can refuse one that lacks them.
 */
export type TaskOf<M> = <N extends FunctionName<M>, K extends keyof TaskOptions<unknown> = never>(
  name: N,
  options?: Pick<TaskOptions<ArgsOf<M[N]>>, K>,
) => ThreadTask<'args' extends K ? Given<ArgsOf<M[N]>> : undefined, ResultOf<M[N]>> & Runs<M[N]>

/**
 * A task whose name, arguments and result TypeScript checks, and with `produce` and `consume` its items:
 *
 *     const work = task<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))
 *     supervisor.spawn(work('bake', { threads: 2, args: { shelf } }))
 *
 * With the name as second argument the name is checked; give it as second type argument too for the types of
 * that one function: TypeScript infers all type arguments or none. Without the module's type nothing is
 * checked.
 * @throws TypeError for a name or filename that is none
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
    ...optionsObject('options', given),
    filename: url,
    name: exportName('name', of),
  })
  return name === undefined ? named : named(name, options)
}

/** A task, checked and completed. */
export interface CheckedTask {
  /** A `file:` URL. */
  readonly filename: string
  readonly exportName: string
  readonly threads: number
  readonly args: unknown
}

export function checkedTask(given: ThreadTask<never>, defaultThreads: number): CheckedTask {
  return {
    filename: fileUrl('task.filename', given.filename),
    exportName: exportName('task.name', given.name ?? 'default'),
    threads: integer('task.threads', given.threads, 1, 1024, defaultThreads),
    args: given.args,
  }
}

function exportName(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'a string', value)
  if (value === '') throw invalidValue(name, 'the name of an export', value)
  return value
}

import { fileUrl, integer, invalidType, invalidValue, options as optionsObject } from '../check.ts'
import type { ThreadContext } from './context.ts'

/** Never set: carries the type of what the function returns. */
declare const result: unique symbol

/** A function of a module, to be run on threads. */
export interface ThreadTask<A = unknown, R = unknown> {
  /** The module: an absolute path, a `file:` URL, or a URL: `new URL('./work.ts', import.meta.url)`. TypeScript too. */
  readonly filename: string | URL
  /** The name of the export; default 'default'. */
  readonly name?: string | undefined
  /** On how many threads, 1 to 1024; default 1, with `consume` one for each core (`os.availableParallelism()`). */
  readonly threads?: number | undefined
  /** For the function: what structured clone clones; queues in plain objects and arrays arrive attached. */
  readonly args?: A | undefined
  readonly [result]?: R
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

/** A task's options, beside which function it is. */
export type TaskOptions<A> = Pick<ThreadTask<A>, 'threads' | 'args'>

/** Names a function of the module that `task<typeof import('./work.ts')>(url)` is about. */
export type TaskOf<M> = <N extends FunctionName<M>>(
  name: N,
  options?: TaskOptions<ArgsOf<M[N]>>,
) => ThreadTask<ArgsOf<M[N]>, ResultOf<M[N]>>

/**
 * A task whose name, arguments and result TypeScript checks:
 *
 *     const work = task<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))
 *     supervisor.spawn(work('bake', { threads: 2, args: { shelf } }))
 *
 * With the name as second argument the name is checked; give it as second type argument too for the types of that
 * one function: TypeScript infers all type arguments or none.
 * @throws TypeError for a name or filename that is none
 */
export function task<M>(filename: string | URL): TaskOf<M>
export function task<M, N extends FunctionName<M> = FunctionName<M>>(
  filename: string | URL,
  name: N,
  options?: TaskOptions<ArgsOf<M[N]>>,
): ThreadTask<ArgsOf<M[N]>, ResultOf<M[N]>>
export function task(
  filename: string | URL,
  name?: string,
  options?: TaskOptions<unknown>,
): ThreadTask | ((name: string, options?: TaskOptions<unknown>) => ThreadTask) {
  const url = fileUrl('filename', filename)
  const named = (of: string, given?: TaskOptions<unknown>): ThreadTask => {
    const { threads, args } = optionsObject('options', given)
    return { filename: url, name: exportName('name', of), threads, args }
  }
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
  if (typeof given !== 'object' || given === null) throw invalidType('task', 'an object', given)
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

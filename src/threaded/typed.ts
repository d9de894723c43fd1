import type { ThreadContext } from '../protocol/index.ts'

/** Keys that are never set. They carry the types of a task's function to the methods that take the task. */
declare const starts: unique symbol
declare const takes: unique symbol
declare const yields: unique symbol

/** A task whose function is called as `(args, thread)`, with args of type A. */
export interface Starts<A> {
  // biome-ignore lint/suspicious/noExplicitAny: any further parameters
  readonly [starts]?: (args: A, thread: ThreadContext<A>, ...rest: any[]) => unknown
}

/**
 * A task whose function is called as `(item, thread)`. With a queue of unknown items any function is
 * accepted.
 */
export interface Takes<T, A> {
  // biome-ignore lint/suspicious/noExplicitAny: any further parameters
  readonly [takes]?: (item: unknown extends T ? any : T, thread: ThreadContext<A>, ...rest: any[]) => unknown
}

/** A task whose function gives items for a queue of T. */
export interface Yields<T> {
  readonly [yields]?: () => T
}

/** The types that `task` knows of function F. A union counts as each of its functions. */
export interface Runs<F> {
  readonly [starts]?: StartOf<F>
  readonly [takes]?: F
  readonly [yields]?: YieldOf<F>
}

/** As Runs, but a union counts as one of its functions. */
export interface RunsOneOf<F> {
  readonly [starts]?: Overloads<StartOf<F>>
  readonly [takes]?: Overloads<F>
  readonly [yields]?: Overloads<YieldOf<F>>
}

/** The type A, which TypeScript may infer elsewhere only. (Its own NoInfer came with 5.4.) */
export type Inferred<A> = [A][A extends unknown ? 0 : never]

type IsAny<T> = 0 extends 1 & T ? true : false

/**
 * The type of F as a function of its args. A function whose first parameter is unknown has the type of its
 * args in its context. For others the context is left out: a parameter with a default value accepts
 * undefined, which the context's type cannot say.
 */
type StartOf<F> =
  IsAny<F> extends true
    ? F
    : // biome-ignore lint/suspicious/noExplicitAny: any function
      F extends (args: infer A, ...rest: any[]) => infer R
      ? unknown extends A
        ? F
        : (args: A) => R
      : never

type YieldOf<F> =
  IsAny<F> extends true
    ? F
    : // biome-ignore lint/suspicious/noExplicitAny: any function
      F extends (...parameters: any[]) => infer R
      ? () => ItemsOf<Awaited<R>>
      : never

/** The items that `produce` sees in a return value: a string or bytes are one item, undefined is none. */
type ItemsOf<R> =
  IsAny<R> extends true
    ? R
    : // biome-ignore lint/suspicious/noConfusingVoidType: the return type of a function that returns nothing
      R extends undefined | void
      ? never
      : R extends string | ArrayBufferView
        ? R
        : R extends AsyncIterable<infer I>
          ? I
          : R extends Iterable<infer I>
            ? I
            : R

/** A function that can be called as any function of a union. */
type Overloads<F> = (F extends unknown ? (one: F) => void : never) extends (all: infer O) => void ? O : never

/** A key that is never set. It makes an ordinary function no threaded one. */
declare const threaded: unique symbol

/** The mark of a threaded function of type F. */
export interface ThreadedFunction<F> {
  readonly [threaded]: F
}

/** A function that was given to `threaded`, where it is taken to be run on threads. */
export interface Threaded<F> extends ThreadedFunction<F>, Runs<F> {}

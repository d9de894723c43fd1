import type { ThreadContext } from '../../protocol/index.ts'

/** Never set: carry what is known of a task's function, for the methods that take the task. */
declare const starts: unique symbol
declare const takes: unique symbol
declare const yields: unique symbol

/** A task whose function is called as `(args, thread)`, with args of type A. */
export interface Starts<A> {
  // biome-ignore lint/suspicious/noExplicitAny: whatever follows
  readonly [starts]?: (args: A, thread: ThreadContext<A>, ...rest: any[]) => unknown
}

/**
 * A task whose function is called as `(item, thread)`. Of a queue of unknown items every one may be the right
 * one.
 */
export interface Takes<T, A> {
  // biome-ignore lint/suspicious/noExplicitAny: whatever follows
  readonly [takes]?: (item: unknown extends T ? any : T, thread: ThreadContext<A>, ...rest: any[]) => unknown
}

/** A task whose function gives items for a queue of T. */
export interface Yields<T> {
  readonly [yields]?: () => T
}

/** What `task` knows of function F; of a union of functions, that it is each of them. */
export interface Runs<F> {
  readonly [starts]?: StartOf<F>
  readonly [takes]?: F
  readonly [yields]?: YieldOf<F>
}

/** As Runs; of a union of functions, that it is one of them. */
export interface RunsOneOf<F> {
  readonly [starts]?: Overloads<StartOf<F>>
  readonly [takes]?: Overloads<F>
  readonly [yields]?: Overloads<YieldOf<F>>
}

/** Of the type A, which is to be inferred elsewhere only. (TypeScript's own NoInfer is of 5.4.) */
export type Inferred<A> = [A][A extends unknown ? 0 : never]

type IsAny<T> = 0 extends 1 & T ? true : false

/**
 * A function that leaves its first parameter open is told its args by its context only. Of others the context
 * is left out: a parameter with a default value takes undefined, and the context has no word for that.
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

/** As `produce` takes what a function returns: strings and bytes are items, undefined is none. */
type ItemsOf<R> =
  IsAny<R> extends true
    ? R
    : // biome-ignore lint/suspicious/noConfusingVoidType: of a function that returns nothing
      R extends undefined | void
      ? never
      : R extends string | ArrayBufferView
        ? R
        : R extends AsyncIterable<infer I>
          ? I
          : R extends Iterable<infer I>
            ? I
            : R

/** A function that can be called as any of a union. */
type Overloads<F> = (F extends unknown ? (one: F) => void : never) extends (all: infer O) => void ? O : never

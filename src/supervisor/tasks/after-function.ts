import type { ThreadContext } from '../../protocol/index.ts'
import type { ResultOf, ThreadTask } from './task.ts'

type Threads<A> = Pick<ThreadTask<A>, 'threads' | 'args' | 'reuse' | 'setup' | 'teardown'>

/**
 * The parameters after a function or a task: options. They must have `args` if a threaded function F needs
 * some of the type A, and may have any if it leaves their type open. F is unknown for a task; the options of
 * a task may have args of the type B.
 */
export type OptionsAfter<F, A, B, Options = unknown> = unknown extends F
  ? [options?: Threads<B> & Options]
  : unknown extends A
    ? // biome-ignore lint/suspicious/noExplicitAny: any args
      [options?: Threads<any> & Options]
    : undefined extends A
      ? [options?: Threads<A> & Options]
      : [options: Threads<A> & Options & { readonly args: A }]

/** The type of the results of a threaded function F; R for a task, where F is unknown. */
export type ResultAfter<F, R> = unknown extends F ? R : ResultOf<F>

/** The type of the args with which `spawn` and `produce` call F; unknown if F leaves it open. */
export type StartArgs<F> = F extends (...parameters: infer P) => unknown
  ? P extends readonly []
    ? unknown
    : unknown extends P[0]
      ? ContextArgs<P>
      : P[0]
  : unknown

/** The type of the args that F, a function of items, expects in its context; unknown if F leaves it open. */
export type ItemArgs<F> = F extends (...parameters: infer P) => unknown ? ContextArgs<P> : unknown

type ContextArgs<P extends unknown[]> =
  Required<P> extends [unknown, ThreadContext<infer A>, ...unknown[]] ? A : unknown

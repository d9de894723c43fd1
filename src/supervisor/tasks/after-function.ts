import type { ThreadContext } from '../../protocol/index.ts'
import type { ThreadTask } from './task.ts'

/** The options that every method has. */
export type Threads<A = unknown> = Pick<ThreadTask<A>, 'threads' | 'args' | 'reuse' | 'setup' | 'teardown'>

/**
 * The parameters after a threaded function whose args have the type A: its options. They must have `args` if
 * the function needs some, and may have any if it leaves their type open.
 */
export type OptionsAfter<A, Options> = unknown extends A
  ? // biome-ignore lint/suspicious/noExplicitAny: any args
    [options?: Omit<Options, 'args'> & { readonly args?: any }]
  : undefined extends A
    ? [options?: Omit<Options, 'args'> & { readonly args?: A | undefined }]
    : [options: Omit<Options, 'args'> & { readonly args: A }]

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

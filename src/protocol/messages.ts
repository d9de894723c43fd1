import type { MessagePort } from 'node:worker_threads'
import type { PackedError } from '../error-transport.ts'
import type { Loader } from '../loading/index.ts'
import type { Handle, Queue } from '../queue/index.ts'
import type { PackedArgs } from './args.ts'

/** What the supervisor and the thread that runs a function say to each other. */

/** What a thread is started with. */
export interface RunMessage {
  /** The module of `host`, which runs the function. */
  readonly host: string
  readonly loader: Loader
  /** A `file:` URL. */
  readonly filename: string
  readonly exportName: string
  /** Where its group was started, and those of the threads above it: see self-start.ts. */
  readonly ancestry: readonly string[]
  readonly index: number
  readonly threads: number
  readonly restarts: number
  readonly args: PackedArgs
  readonly role: Role
  /** See control.ts. */
  readonly words: Int32Array
  /** See calls.ts; only with `timeout`. */
  readonly calls: Int32Array | undefined
  readonly port: MessagePort
}

/** What becomes of the function: run as it is, asked for items, or called with items. */
export type Role = { readonly kind: 'spawn' } | ProduceRole | ConsumeRole

export interface ProduceRole {
  readonly kind: 'produce'
  readonly queue: Handle<Queue<unknown>>
  /** Under which number the queue counts this thread's puts, across restarts. */
  readonly producer: number
  /** The first items of a source that begins anew are dropped: as many as were stored before. */
  readonly skips: boolean
}

export interface ConsumeRole {
  readonly kind: 'consume'
  readonly queue: Handle<Queue<unknown>>
  readonly retries: number | undefined
  readonly backoff: number
  readonly concurrency: number
  /** ms a call may take; undefined: as long as it likes. */
  readonly timeout: number | undefined
  readonly maxDeliveries: number
  readonly hasDeadLetters: boolean
}

/** From the thread. The last is 'ended'. */
export type Report =
  | { readonly kind: 'began' }
  | { readonly kind: 'gaveUp'; readonly error: PackedError; readonly attempts: number }
  /** Asked to stop, or no longer wanted, it has left its source, and waits for that to be closed. */
  | { readonly kind: 'leaving' }
  /**
   * How it will end, whatever happens before it has: a call under way may kill the thread, or what is written
   * never leave it.
   */
  | { readonly kind: 'ending'; readonly outcome: Outcome }
  | { readonly kind: 'ended' }

export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown; readonly left: readonly Left[] }
  | {
      readonly kind: 'threw'
      readonly error: PackedError
      /**
       * The module could not be loaded, or a queue not be attached: it would be the same on another thread.
       */
      readonly isSetUp: boolean
      /** The module was not loaded, and perhaps only because of the way in which it was tried. */
      readonly isOfWay?: boolean
      /** It is the AbortError of a wait that ended because the run was asked to stop. */
      readonly isStop: boolean
    }

/** Items that the function held when it ended; they are delivered again. */
export interface Left {
  readonly queue: string
  readonly held: number
}

/** To the thread. A `stop` goes before its word is set, a `cause` before the queue is shut down. */
export type ControlMessage =
  | { readonly kind: 'stop'; readonly reason: PackedError }
  | { readonly kind: 'cause'; readonly queue: string; readonly error: PackedError }

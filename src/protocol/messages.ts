import type { MessagePort } from 'node:worker_threads'
import type { PackedError } from '../error-transport.ts'
import type { Loader } from '../loading/index.ts'
import type { PackedArgs } from './args.ts'
import type { ConsumeRole, ProduceRole, Target } from './roles.ts'
import type { StageRole } from './stage.ts'

// The messages between a supervisor and a thread that runs a function for it.

/** The key in the `workerData` of a thread under which its first file finds its Boot. */
export const THREAD_BOOT = 'millrace.boot'

/** The data that a thread needs before it can receive messages. */
export interface Boot {
  /** The module of `serve`, which runs functions. */
  readonly host: string
  /** As in Loader. */
  readonly tsx: readonly string[]
  readonly isCommonJs: boolean
  /** The folder of Node's compile cache, if the program has enabled one; threads do not inherit it. */
  readonly compileCache: string | undefined
  /** The port on which its RunMessages come. */
  readonly port: MessagePort
}

/** The message with which a run begins on a thread. */
export interface RunMessage {
  readonly loader: Loader
  /** A `file:` URL. */
  readonly filename: string
  readonly target: Target
  /** The places where its group and the groups of its ancestors were started: see self-start.ts. */
  readonly ancestry: readonly string[]
  readonly index: number
  readonly threads: number
  readonly restarts: number
  readonly args: PackedArgs
  readonly role: Role
  /** The shared words of the run: see RunWords. */
  readonly words: Int32Array
  /** The shared words of its calls: see CallWatch. Present only with `timeout`. */
  readonly calls: Int32Array | undefined
  readonly port: MessagePort
  /** The thread may run another function afterwards, if this one leaves nothing behind. */
  readonly mayStay: boolean
  /** Exports of the function's module, which are called before it and after it. */
  readonly setup: string | undefined
  readonly teardown: string | undefined
}

/** The use of the function: it is run once, asked for items, or called with items. */
export type Role = { readonly kind: 'spawn' } | ProduceRole | ConsumeRole | StageRole | CallRole | LoadRole

/** The function is called once as `(item, thread)`; both are in the `args` of the message, as CallArgs. */
export interface CallRole {
  readonly kind: 'run'
}

export interface CallArgs {
  readonly item: unknown
  readonly args: unknown
}

/** The module is loaded, and the function not called. */
export interface LoadRole {
  readonly kind: 'load'
}

/** A message from the thread to its supervisor. The last one is 'ended'. */
export type ThreadMessage =
  | { readonly kind: 'began' }
  | { readonly kind: 'deadLettered'; readonly error: PackedError; readonly attempts: number }
  /** The producer asks its source for no more items, and waits until the source is closed. */
  | { readonly kind: 'leaving' }
  /**
   * The outcome, sent before the run has ended. It counts even if the thread dies before 'ended': a call
   * under way may kill the thread, or its output may never be read.
   */
  | { readonly kind: 'ending'; readonly outcome: Outcome }
  /** `unfit`: why the thread cannot run another function; undefined if it can. */
  | { readonly kind: 'ended'; readonly unfit: string | undefined }

export type Outcome =
  | {
      readonly kind: 'returned'
      readonly value: unknown
      readonly left: readonly Left[]
      /** The thread has done its share of items, and another is to go on. */
      readonly isRecycled: boolean
    }
  | {
      readonly kind: 'threw'
      readonly error: PackedError
      /** The module could not be loaded, or a queue not be attached. Another thread would fail alike. */
      readonly failedDuringSetUp: boolean
      /** The module could not be loaded in the way that was tried. Another way may succeed. */
      readonly mayLoadOtherwise?: boolean
      /** The error is the AbortError of a wait that ended because the run was asked to stop. */
      readonly isStop: boolean
    }

/** The items of one queue that the function held when it ended. They are delivered again. */
export interface Left {
  readonly queue: string
  readonly held: number
}

/**
 * A message to the thread. A `stop` is sent before the word STOP is set, a `cause` before the queue is shut
 * down.
 */
export type ControlMessage =
  | { readonly kind: 'stop'; readonly reason: PackedError }
  | { readonly kind: 'cause'; readonly queue: string; readonly error: PackedError }

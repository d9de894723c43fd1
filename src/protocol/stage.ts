import type { PackedError } from '../error-transport.ts'
import type { Handle, Queue } from '../queue/index.ts'
import type { ConsumeRole, Target } from './roles.ts'

/** A step of a stage: a function that is called with each value of the step before. */
export interface StageStep {
  readonly how: 'map' | 'filter' | 'flatMap'
  /** A `file:` URL. */
  readonly filename: string
  readonly target: Target
}

/** Items come as frames, and the function is called with their values; its outputs go back as frames. */
export interface StageRole extends Omit<ConsumeRole, 'kind'> {
  readonly kind: 'stage'
  /** The queue of the outputs, and of whatever else the owner is told: see FrameKind. */
  readonly results: Handle<Queue<unknown>>
  /** See StageWords. */
  readonly words: Int32Array
  /** The first step is the function of the run. */
  readonly steps: readonly StageStep[]
  /** Calls of an item that may fail before the last one. */
  readonly callRetries: number
  /** Deaths of a thread in calls of one item after which the item is given up. */
  readonly maxDeaths: number
  /** The thread keeps an item until its retry, and calls nothing else meanwhile. */
  readonly retriesHere: boolean
  /** Items claimed at once; undefined: as many as take some 200 µs. */
  readonly grain: number | undefined
  /** The owner is woken after so many outputs at the latest. */
  readonly unwoken: number
  /** See IdleTime. */
  readonly idle: Float64Array
}

/** The kinds of frames in a stage's queues. From 16 on, the value is data of this protocol. */
export const FrameKind = {
  /** To a thread: an item. */
  ITEM: 1,
  /** An output of the item, the `number`-th; others follow. */
  OUTPUT: 2,
  /** The only output of the item, which is done. */
  RESULT: 3,
  /** The item is done; it had `number` outputs. */
  END: 4,
  /** The last call has failed. The value is a StageFailure. */
  FAILED: 16,
  /** A call has failed, and another follows. The value is a StageFailure. */
  RETRIED: 17,
  /** To a thread: an item with the key of its limit. */
  KEYED: 5,
  /** The thread `number` (threadId) has died in a call, and another call follows. */
  DIED: 18,
  /** No further call is made, after the failures and deaths that were told before. */
  GIVEN_UP: 19,
  /** The item was delivered once more, and no call was made: it is decided already. */
  COPY: 20,
} as const

export interface StageFailure {
  readonly error: PackedError
  /** The step whose function threw. */
  readonly step: number
  /** The index of the thread in its group, and its threadId. */
  readonly index: number
  readonly threadId: number
}

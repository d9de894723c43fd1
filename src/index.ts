/**
 * millrace: producers and consumers on real threads, with queues in shared memory.
 */
export type { Codec, CodecDefinition, Codecs, DefinedCodec } from './codec/index.ts'
export { codecs, defineCodec } from './codec/index.ts'
export * from './errors.ts'
export { attach, attachAsync } from './queue/attach.ts'
export type { BatchOptions } from './queue/batches.ts'
export type { DeadLetter } from './queue/dead-letters.ts'
export { watch } from './queue/deaths.ts'
export type { Delivery, RetryOptions } from './queue/delivery.ts'
export { EMPTY } from './queue/empty.ts'
export type { Handle } from './queue/handle.ts'
export type { QueueOptions, WaitOptions } from './queue/options.ts'
export { type PutResult, Queue } from './queue/queue.ts'
export type { QueueStats, ThreadStats } from './queue/stats.ts'

import { listen } from './queue/deaths.ts'

// From now on, so that no Worker started after this import can die unnoticed.
listen()

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
export { LifoQueue } from './queue/lifo-queue.ts'
export type { PutResult, QueueOptions, WaitOptions, WhenFull } from './queue/options.ts'
export { PriorityQueue, type PriorityQueueOptions } from './queue/priority-queue.ts'
export { Queue } from './queue/queue.ts'
export type { PriorityOptions } from './queue/ranking.ts'
export { type ItemOf, type Selected, select, selectSync } from './queue/select.ts'
export type { QueueStats, ThreadStats } from './queue/stats.ts'

export type { ItemFunction, ThreadContext, ThreadFunction } from './supervisor/context.ts'
export type { ThreadGroup } from './supervisor/group.ts'
export type { SupervisorOptions } from './supervisor/options.ts'
export type {
  GroupReport,
  GroupStats,
  MemberStats,
  QueueReport,
  Report,
  SupervisorStats,
} from './supervisor/report.ts'
export type { RestartPolicy } from './supervisor/restart.ts'
export { isMillraceThread } from './supervisor/self-start.ts'
export { Supervisor, type SupervisorEvents, type ThreadEvent } from './supervisor/supervisor.ts'
export {
  type ConsumeOptions,
  type ProduceOptions,
  type TaskOf,
  type TaskOptions,
  type ThreadTask,
  task,
} from './supervisor/task.ts'

import { listen } from './queue/deaths.ts'

// From now on, so that no Worker started after this import can die unnoticed.
listen()

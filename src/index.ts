/**
 * millrace: producers and consumers on real threads, with queues in shared memory.
 */
export type {
  ArrayType,
  Codec,
  CodecDefinition,
  Codecs,
  DefinedCodec,
  ElementType,
  FieldType,
  OptionalType,
  RecordItem,
  RecordSchema,
} from './codec/index.ts'
export { array, codecs, defineCodec, optional, record } from './codec/index.ts'
export * from './errors.ts'
export type {
  AcquireOptions,
  KeyedRateLimiterOptions,
  KeyedRateLimiterStats,
  KeyQuota,
  KeyStats,
  Permit,
  Quota,
  RateLimiterOptions,
  RateLimiterStats,
} from './limits/index.ts'
export { attach, attachAsync, KeyedRateLimiter, RateLimiter } from './limits/index.ts'
export type {
  DuplexOptions,
  MapOptions,
  ParallelRun,
  Pipeline,
  PipelineReport,
  PipelineSink,
  PipelineSource,
  PipelineStats,
  ProgressOptions,
  ProgressSource,
  ReadableOptions,
  RunEvents,
  Settled,
  StageStats,
} from './pipelines/index.ts'
export { parallelMap, pipeline, progressBar } from './pipelines/index.ts'
export type { ItemFunction, ThreadContext, ThreadFunction } from './protocol/index.ts'
export { isMillraceThread } from './protocol/index.ts'
export type {
  Batch,
  BatchOptions,
  DeadLetter,
  DeadLetterQueue,
  Delivery,
  GroupQueue,
  Handle,
  IntoOptions,
  PriorityOptions,
  PutOptions,
  PutResult,
  QueueOptions,
  QueueStats,
  RetryOptions,
  Selectable,
  ShutdownOptions,
  SinkQueue,
  SourceQueue,
  ThreadStats,
  WaitOptions,
  WhenFull,
} from './queue/index.ts'
export {
  EMPTY,
  type ItemOf,
  LifoQueue,
  PriorityQueue,
  type PriorityQueueOptions,
  Queue,
  type Selected,
  select,
  selectSync,
  watch,
} from './queue/index.ts'
export type {
  GroupReport,
  GroupStats,
  MemberStats,
  QueueReport,
  Report,
  RestartPolicy,
  SpareStats,
  SupervisorOptions,
  SupervisorStats,
  ThreadGroup,
} from './supervisor/index.ts'
export {
  type ConsumeOptions,
  type ProduceOptions,
  type RunOptions,
  run,
  Supervisor,
  type SupervisorEvents,
  type TaskOf,
  type TaskOptions,
  type ThreadEvent,
  type ThreadTask,
  task,
  warm,
} from './supervisor/index.ts'
export type { Threaded, ThreadedOptions } from './threaded/index.ts'
export { threaded } from './threaded/index.ts'

import { listen } from './queue/index.ts'

// From now on, so that no Worker started after this import can die unnoticed.
listen()

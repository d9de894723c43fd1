import type { QueueOptions } from '../../src/index.ts'
import { millrace } from '../kill/library.ts'

export { millrace }

// biome-ignore lint/suspicious/noExplicitAny: JavaScript, which the threads run
const load = (path: string): Promise<any> => import(new URL(path, import.meta.url).href)

export type Loop = 'wait' | 'timeout' | 'poll'
export interface Produced {
  readonly from: number
  readonly step: number
  readonly count: number
  readonly asObjects: boolean
}
/**
 * The results of calls within calls: the numbers got, and the answer of the inner call or the code of its
 * error.
 */
export interface Reentered {
  readonly ofIterable: number[]
  readonly ofEncode: { readonly inner: unknown; readonly got: number[] }
  readonly ofDecode: { readonly inner: unknown; readonly got: number[] }
  readonly ofLoop: number[]
}
/** A queue with items of any type. */
// biome-ignore lint/suspicious/noExplicitAny: items of every kind
export type AnyQueue = import('../../src/index.ts').Queue<any>

const { createDescription } = await load('../../dist/src/queue/attachment/description.js')
const { queueOf } = await load('../../dist/src/queue/attach.js')
export const loops: {
  produce(queue: AnyQueue, how: Loop, what: Produced): Promise<number>
  consume(queue: AnyQueue, how: Loop): Promise<unknown[]>
  reenter(queue: AnyQueue, blocks: boolean, asObjects: boolean): Promise<Reentered>
} = await load('./fixtures/loops.mjs')
export const mutations: {
  NAMES: string[]
  mutateQueue(queue: AnyQueue, mutant: string | undefined): AnyQueue
  mutateOptions(options: object, mutant: string | undefined): QueueOptions<unknown>
} = await load('./fixtures/mutants.mjs')
export const failingCodec: {
  // biome-ignore lint/suspicious/noExplicitAny: of numbers, or of objects that hold one
  failing: import('../../src/index.ts').Codec<any>
  UNENCODABLE: number
  UNDECODABLE: number
  CALLS_IN_ENCODE: number
  CALLS_IN_DECODE: number
} = await load('./fixtures/failing-codec.mjs')

/** A queue of this class whose first position is `start`, 0 to 2^31 - 1. */
export function queueAt(name: ClassName, start: number, options: QueueOptions<unknown>): AnyQueue {
  const kind = { Queue: 'fifo', LifoQueue: 'lifo', PriorityQueue: 'priority' }[name]
  return queueOf(createDescription(options, kind, start))
}

export type ClassName = 'Queue' | 'LifoQueue' | 'PriorityQueue'

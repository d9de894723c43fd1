import { invalidType, invalidValue } from '../../check.ts'
import type { CodecDescriptor } from '../../codec/index.ts'
import type { Geometry, Kind } from '../../core/index.ts'
import type { Ranking, WhenFull } from '../options/index.ts'

/** @internal The data with which another thread attaches; structured-cloneable. */
export interface HandleData {
  readonly millrace: 1
  readonly kind: Kind
  /** Present for a priority queue only. */
  readonly ranking: Ranking | undefined
  readonly id: string
  readonly name: string
  readonly ack: 'manual' | 'auto'
  readonly whenFull: WhenFull
  readonly codec: CodecDescriptor
  readonly geometry: Geometry
  readonly memory: WebAssembly.Memory
  /** The memory of the parking lot on which threads sleep that select from the queue. */
  readonly lot: SharedArrayBuffer
  readonly deadLetters: HandleData | undefined
}

declare const queueType: unique symbol

/**
 * A queue's handle: hand it to another thread by `workerData`, `postMessage` or a pool's task, and `attach`
 * it there.
 */
export interface Handle<Q> {
  readonly millrace: 1
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly [queueType]?: Q
}

/** @internal */
export function dataOf(handle: unknown): HandleData {
  if (typeof handle !== 'object' || handle === null || !('millrace' in handle)) {
    throw invalidType('handle', "a queue's handle", handle)
  }
  const data = handle as HandleData
  const isKnown = data.millrace === 1 && ['fifo', 'lifo', 'priority'].includes(data.kind)
  const isWhole = data.memory instanceof WebAssembly.Memory && data.lot instanceof SharedArrayBuffer
  if (!isKnown || !isWhole) {
    throw invalidValue(
      'handle',
      'a handle of a queue of this version of the library, passed on by `postMessage` or `workerData`',
      handle,
    )
  }
  return data
}

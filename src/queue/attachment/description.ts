import { invalidValue } from '../../check.ts'
import { type Codec, codecDescriptor, codecFromDescriptor } from '../../codec/index.ts'
import { allocate, type Geometry, type Kind, layOut, SharedMemory } from '../../core/index.ts'
import { crypto } from '../../node-crypto.ts'
import { refuseJson } from '../../unsendable.ts'
import { ownParkingLot, SharedParkingLot } from '../../wait/index.ts'
import {
  type AnyQueueOptions,
  type LetterTarget,
  type Ranking,
  settingsOf,
  type WhenFull,
} from '../options/index.ts'
import { registry, sweep } from '../recovery/index.ts'
import type { HandleData } from './handle.ts'

/** The part of a queue that all threads know, and the memory that they share. */
export interface QueueDescription<T> {
  /** The same in every thread. */
  readonly id: string
  /** As given, or ''. */
  readonly name: string
  /** As messages name the queue. */
  readonly label: string
  readonly ack: 'manual' | 'auto'
  readonly whenFull: WhenFull
  readonly codec: Codec<T>
  readonly deadLetters: LetterTarget | undefined
  /** Present for a priority queue only. */
  readonly ranking: Ranking | undefined
  readonly shared: SharedMemory
}

/** Describes a new queue, and lays out its memory. `start` is its first position, 0 to 2^31 - 1. */
export function createDescription<T>(
  options: AnyQueueOptions<T> | undefined,
  kind: Kind,
  start = 0,
): QueueDescription<T> {
  const { geometry, ...settings } = settingsOf(options, kind)
  const memory = reserve(geometry)
  layOut(memory.buffer, geometry, start)
  const shared = new SharedMemory(memory, geometry, ownParkingLot())
  return { ...settings, id: crypto().randomBytes(8).toString('hex'), label: labelOf(settings.name), shared }
}

/** Describes the queue of a handle. */
export function descriptionOf<T>(
  data: HandleData,
  deadLetters: LetterTarget | undefined,
): QueueDescription<T> {
  const { id, name, ack, whenFull, ranking } = data
  const codec = codecFromDescriptor(data.codec) as Codec<T>
  const known = registry().attached.get(id)
  const shared = known?.shared ?? new SharedMemory(data.memory, data.geometry, new SharedParkingLot(data.lot))
  return { id, name, label: labelOf(name), ack, whenFull, codec, deadLetters, ranking, shared }
}

/** @throws TypeError `ERR_INVALID_ARG_VALUE` for a codec that other threads cannot find */
export function handleOf(description: QueueDescription<never>): HandleData {
  const { id, name, ack, whenFull, ranking, shared, deadLetters } = description
  const codec = codecDescriptor(description.codec)
  if (codec === undefined) {
    const expected = 'built in, or made by record or defineCodec, for other threads to find it'
    throw invalidValue('options.codec', expected, description.codec.name)
  }
  const { geometry, memory } = shared
  const { kind } = geometry
  const handle: HandleData = {
    ...{ millrace: 1, kind, id, name, ack, whenFull, ranking },
    ...{ codec, geometry, memory, lot: shared.lot.buffer },
    deadLetters: deadLetters?.handle as HandleData | undefined,
  }
  refuseJson(handle, () => 'a handle cannot be an item: it can be in arguments, workerData and messages')
  return handle
}

function labelOf(name: string): string {
  return name === '' ? 'the queue' : `queue '${name}'`
}

/**
 * Allocates a queue's memory. The registry may hold memories whose queues are gone. A failed attempt collects
 * garbage, and a sweep lets go of what was collected. The first sweep also forgets queues that hold nothing
 * any more, so a second may let go of those.
 */
function reserve(geometry: Geometry): WebAssembly.Memory {
  for (let sweeps = 0; ; sweeps++) {
    try {
      return allocate(geometry.bytes)
    } catch (error) {
      if (sweeps === 2) throw error
      sweep()
    }
  }
}

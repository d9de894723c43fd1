import { randomBytes } from 'node:crypto'
import { type Codec, cellCodec, codecDescriptor, codecFromDescriptor } from '../../codec/index.ts'
import { allocate, type Geometry, type Kind, layOut, SharedMemory } from '../../core/index.ts'
import { refuseJson } from '../../unsendable.ts'
import { ownParkingLot, SharedParkingLot } from '../../wait/index.ts'
import { type QueueOptions, type Ranking, rankingOf, settingsOf, type WhenFull } from '../options/index.ts'
import {
  type AttachedQueue,
  announce,
  attachInRegistry,
  claimLedger,
  listen,
  reclaimFormer,
  registry,
  sweep,
  sweepNowAndThen,
  thisThread,
} from '../recovery/index.ts'
import { Attachment } from './attachment.ts'
import type { DeadLetterQueue } from './dead-letters.ts'
import type { HandleData } from './handle.ts'

/** What a Queue object is made from: a new memory, or one that another thread made. */
export class Origin<T> {
  readonly id: string
  readonly name: string
  readonly ack: 'manual' | 'auto'
  readonly whenFull: WhenFull
  readonly codec: Codec<T>
  readonly deadLetters: DeadLetterQueue | undefined
  /** Of a priority queue. */
  readonly ranking: Ranking | undefined
  readonly shared: SharedMemory
  /** Who this thread's puts are counted for, if not 0. */
  readonly producer: number

  private constructor(parts: Omit<Origin<T>, 'claim' | 'label'>) {
    this.id = parts.id
    this.name = parts.name
    this.ack = parts.ack
    this.whenFull = parts.whenFull
    this.codec = parts.codec
    this.deadLetters = parts.deadLetters
    this.ranking = parts.ranking
    this.shared = parts.shared
    this.producer = parts.producer
  }

  /** What a queue's constructor was given: the origin of one that exists, or options for a new one. */
  static of<T>(given: QueueOptions<T> | Origin<T> | undefined, kind: Kind): Origin<T> {
    return given instanceof Origin ? given : Origin.create(given, 0, kind)
  }

  /** A new queue. `start` is its first position, 0 to 2^31 - 1. */
  static create<T>(options: QueueOptions<T> | undefined, start = 0, kind: Kind = 'fifo'): Origin<T> {
    const { geometry, ...settings } = settingsOf(options, kind)
    const ranking = kind === 'priority' ? rankingOf(options) : undefined
    const memory = reserve(geometry)
    layOut(memory.buffer, geometry, start)
    const id = randomBytes(8).toString('hex')
    const shared = new SharedMemory(memory, geometry, ownParkingLot())
    return new Origin({ ...settings, ranking, id, shared, producer: 0 })
  }

  static fromHandle<T>(data: HandleData, deadLetters: DeadLetterQueue | undefined, producer = 0): Origin<T> {
    const codec = codecFromDescriptor(data.codec) as Codec<T>
    const known = registry().attached.get(data.id)
    const shared =
      known?.shared ?? new SharedMemory(data.memory, data.geometry, new SharedParkingLot(data.lot))
    const { id, name, ack, whenFull, ranking } = data
    return new Origin({ id, name, ack, whenFull, codec, deadLetters, ranking, shared, producer })
  }

  /** How messages name the queue. */
  get label(): string {
    return this.name === '' ? 'the queue' : `queue '${this.name}'`
  }

  /** Attaches this thread for `queue`. */
  claim(queue: AttachedQueue): Attachment<T> {
    listen()
    sweepNowAndThen()
    reclaimFormer(this.id)
    announce(this.id, this.shared)
    const ledger = claimLedger(this.shared, this.label, this.producer)
    attachInRegistry(this.id, queue, this.shared, ledger)
    return new Attachment(this.shared, cellCodec(this.codec), ledger, thisThread, this.label, queue)
  }
}

/**
 * The registry may hold memories whose queues are gone: a failed attempt collects garbage, a sweep lets go of
 * what was collected; the first sweep also forgets holders that hold nothing any more.
 */
function reserve(geometry: Geometry): WebAssembly.Memory {
  for (let sweeps = 0; ; sweeps++) {
    try {
      return allocate(geometry)
    } catch (error) {
      if (sweeps === 2) throw error
      sweep()
    }
  }
}

export function handleOf(
  origin: Origin<unknown>,
  deadLetters: HandleData | undefined,
): HandleData | undefined {
  const codec = codecDescriptor(origin.codec)
  if (codec === undefined) return undefined
  const { id, name, ack, whenFull, ranking, shared } = origin
  const { geometry, memory } = shared
  const { kind } = geometry
  const lot = shared.lot.buffer
  const handle: HandleData = {
    ...{ millrace: 1, kind, id, name, ack, whenFull, ranking },
    ...{ codec, geometry, memory, lot, deadLetters },
  }
  refuseJson(handle, () => 'a handle cannot be an item: it can be in arguments, workerData and messages')
  return handle
}

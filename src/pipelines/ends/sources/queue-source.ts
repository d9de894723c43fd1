import { QueueShutDownError, TooManyInFlightError } from '../../../errors.ts'
import {
  internalsOf,
  type Lease,
  type Queue,
  type QueueInternals,
  type Source,
} from '../../../queue/index.ts'
import { ENDED, type Origin, type RunHooks, WAITING } from '../../flow.ts'
import type { BareSource } from './pull.ts'

/**
 * A queue whose items are leased, whatever its `ack`, and finished once everything made of them is accepted.
 * When the run ends early, the others go back: as never delivered, unless a call of them has begun.
 */
export class QueueSource implements BareSource {
  readonly length = undefined
  readonly limit: number
  readonly left = 'the last get of its source, a queue, has not settled'
  readonly #internals: QueueInternals<unknown>
  readonly #source: Source<unknown>
  readonly #hooks: RunHooks
  readonly #room: Room
  readonly #open = new Set<Delivered>()
  readonly #closing = new AbortController()
  #waiting: Promise<void> | undefined
  #leased: Lease<unknown> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(queue: Queue<unknown>, hooks: RunHooks) {
    this.#internals = internalsOf(
      queue as unknown as Parameters<typeof internalsOf<QueueInternals<unknown>>>[0],
    )
    this.#source = this.#internals.source
    this.#hooks = hooks
    this.#room = roomOf(this.#internals)
    this.limit = this.#internals.maxInFlight
  }

  read(): ReturnType<BareSource['read']> {
    if (this.#waiting !== undefined) return WAITING
    try {
      const lease = this.#take()
      if (lease !== undefined) return this.#deliver(lease)
    } catch (error) {
      return this.#answer(error)
    }
    this.#waiting = this.#wait()
    return WAITING
  }

  async close(reason: unknown): Promise<void> {
    this.#closing.abort()
    await this.#waiting
    this.#room.waiting.delete(this.#hooks)
    if (this.#internals.isDetached) return
    this.#leased?.release()
    this.#leased = undefined
    for (const { lease, hasBegun } of this.#open) {
      if (hasBegun) lease.retry(reason)
      else lease.release()
      this.#room.held--
    }
    this.#open.clear()
    this.#room.wake()
  }

  #take(): Lease<unknown> | undefined {
    if (this.#failure !== undefined) {
      const { error } = this.#failure
      this.#failure = undefined
      throw error
    }
    const leased = this.#leased
    this.#leased = undefined
    return leased ?? this.#source.tryLease()
  }

  #deliver(lease: Lease<unknown>): { readonly value: unknown; readonly origin: Origin } {
    // An item that cannot be decoded is settled by that.
    const value = lease.item
    const origin = new Delivered(lease, this.#accepted)
    this.#open.add(origin)
    this.#room.held++
    return { value, origin }
  }

  /** The queue has no item now for the reason `error`. @throws it, unless it is the end, or may pass */
  #answer(error: unknown): typeof WAITING | typeof ENDED {
    if (error instanceof QueueShutDownError) return ENDED
    // Runs of this thread hold all that it may hold, and will finish it. Others may never do so.
    if (!(error instanceof TooManyInFlightError) || this.#room.held === 0) throw error
    this.#room.waiting.add(this.#hooks)
    return WAITING
  }

  async #wait(): Promise<void> {
    try {
      this.#leased = await this.#source.lease({ signal: this.#closing.signal })
    } catch (error) {
      this.#failure = { error }
    }
    this.#waiting = undefined
    this.#hooks.wake()
  }

  readonly #accepted = (delivered: Delivered): void => {
    // It went back when the source was closed.
    if (!this.#open.delete(delivered)) return
    this.#room.held--
    try {
      delivered.lease.finish()
    } catch (error) {
      this.#hooks.fail(error)
    }
    this.#room.wake()
  }
}

class Delivered implements Origin {
  readonly lease: Lease<unknown>
  readonly #accepted: (delivered: Delivered) => void
  #values = 1
  hasBegun = false

  constructor(lease: Lease<unknown>, accepted: (delivered: Delivered) => void) {
    this.lease = lease
    this.#accepted = accepted
  }

  hold(): void {
    this.#values++
  }

  accept(): void {
    if (--this.#values === 0) this.#accepted(this)
  }

  begin(): void {
    this.hasBegun = true
  }
}

/** Items of one queue that the runs of this thread hold, and the runs that wait for one to be finished. */
class Room {
  held = 0
  readonly waiting = new Set<RunHooks>()

  wake(): void {
    if (this.waiting.size === 0) return
    const runs = [...this.waiting]
    this.waiting.clear()
    for (const hooks of runs) hooks.wake()
  }
}

const rooms = new WeakMap<object, Room>()

function roomOf(internals: object): Room {
  let room = rooms.get(internals)
  if (room === undefined) {
    room = new Room()
    rooms.set(internals, room)
  }
  return room
}

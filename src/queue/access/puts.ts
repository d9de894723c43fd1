import { DROPPED, isShutDown, PUT, REJECTED } from '../../core/index.ts'
import { QueueFullError } from '../../errors.ts'
import { queueMicrotask } from '../../timers.ts'
import type { Side } from '../../wait/index.ts'
import { PendingCalls } from '../../wait/index.ts'
import type { Encoded, Seat } from '../attachment/index.ts'
import { sizeOf } from '../attachment/index.ts'
import {
  isStoppable,
  type PriorityOptions,
  type PutResult,
  type Ranking,
  rankOf,
  timeoutOf,
} from '../options/index.ts'

/** This thread's puts on one queue: at once, blocking, or pending in call order. */
export class Puts<T> {
  readonly #seat: Seat<T>
  readonly #pending: PendingCalls
  readonly #ranking: Ranking | undefined
  /** A put that finds no room waits for it. */
  readonly #mayWait: boolean

  constructor(seat: Seat<T>) {
    const { ranking, whenFull } = seat.origin
    this.#seat = seat
    this.#ranking = ranking
    this.#mayWait = whenFull === 'wait' || whenFull === 'drop-oldest'
    this.#pending = new PendingCalls(seat.attachment.shared, seat.attachment.ledger)
  }

  async put(item: T, options: PriorityOptions | undefined): Promise<PutResult> {
    const seat = this.#seat
    const limits = seat.limits(options, seat.fullError)
    const one = new OnePut(this.#rankOf(item, options), limits.timeout > 0 && this.#mayWait)
    const encoded = this.#encode(item)
    if (!this.#waitsBehindOthers && this.#store(encoded, one) === 0) return one.result
    if (!this.#mayWait) return this.#refuse(encoded)
    if (limits.timeout === 0) {
      if (this.#pending.size === 0) this.#abandon(encoded)
      throw isShutDown(seat.origin.shared) ? seat.shutDownError() : seat.fullError()
    }
    const bytes = typeof encoded === 'number' ? seat.attachment.staged(encoded) : encoded
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const side = this.#store(bytes, one)
        if (side === 0) resolve(one.result)
        return side
      }
      this.#pending.add({ attempt, reject, abandon: () => this.#abandon(bytes) }, limits)
    })
  }

  putSync(item: T, options: PriorityOptions | undefined): PutResult {
    // The common case first, without what only a wait needs. A refused store has changed nothing.
    if (options === undefined && this.#pending.size === 0 && this.#seat.origin.whenFull === 'wait') {
      const { attachment } = this.#seat
      const rank = this.#rankOf(item, undefined)
      const encoded = attachment.encode(item, false)
      if (typeof encoded === 'number' && attachment.store(encoded, true, rank) === 0) return 'stored'
      return this.#putSync(encoded, Number.POSITIVE_INFINITY, false, rank)
    }
    const stoppable = isStoppable(options)
    const timeout = timeoutOf(options)
    const rank = this.#rankOf(item, options)
    return this.#putSync(this.#encode(item), timeout, stoppable, rank)
  }

  /** As putSync, for at most `ms`. False if there was no room for so long. */
  putWithin(item: T, ms: number): boolean {
    let encoded: Encoded
    const rank = this.#rankOf(item, undefined)
    if (this.#pending.size === 0) {
      const { attachment } = this.#seat
      encoded = attachment.encode(item, false)
      if (typeof encoded === 'number' && attachment.store(encoded, true, rank) === 0) return true
    } else {
      encoded = this.#encode(item)
    }
    try {
      this.#putSync(encoded, ms, false, rank)
      return true
    } catch (error) {
      if (error instanceof QueueFullError && this.#mayWait) return false
      throw error
    }
  }

  #putSync(encoded: Encoded, timeout: number, stoppable: boolean, rank: number): PutResult {
    const one = new OnePut(rank, timeout > 0 && this.#mayWait)
    // Puts called before come first.
    const attempt = () => {
      const side = this.#pending.serve() || this.#store(encoded, one)
      if (side !== 0 && stoppable) this.#seat.endIfStopping()
      return side
    }
    try {
      const earlier = this.#waitsBehindOthers ? this.#pending.serve() : 0
      if (earlier === 0 && this.#store(encoded, one) === 0) return one.result
      if (!this.#mayWait) return this.#refuse(encoded)
      this.#seat.block(timeout, attempt, this.#seat.fullError)
    } catch (error) {
      this.#abandon(encoded)
      throw error
    }
    return one.result
  }

  tryPut(item: T, options?: PriorityOptions): boolean {
    const one = new OnePut(this.#rankOf(item, options), false)
    const encoded = this.#encode(item)
    if (this.#waitsBehindOthers) {
      if (isShutDown(this.#seat.origin.shared)) throw this.#seat.shutDownError()
      return false
    }
    if (this.#store(encoded, one) === 0) return true
    this.#abandon(encoded)
    this.#countRefusal()
    return false
  }

  /** Calls back once there is room, or the queue is shut down; the process does not wait for it. */
  onRoom(call: () => void): void {
    const { shared } = this.#seat.origin
    const done = () => queueMicrotask(call)
    const attempt = () => {
      if (sizeOf(shared) >= shared.geometry.maxsize && !isShutDown(shared)) return PUT
      done()
      return 0 as const
    }
    const limits = { timeout: Number.POSITIVE_INFINITY, signal: undefined, lapse: this.#seat.fullError }
    this.#pending.add({ attempt, reject: done }, { ...limits, background: true })
  }

  serve(): void {
    this.#pending.serve()
  }

  rejectAll(error: () => Error): void {
    this.#pending.rejectAll(error)
  }

  #rankOf(item: T, options: PriorityOptions | undefined): number {
    return this.#ranking === undefined ? 0 : rankOf(this.#ranking, item, options)
  }

  #encode(item: T): Encoded {
    return this.#seat.attachment.encode(item, this.#pending.size > 0)
  }

  /** Earlier puts of this thread wait, and this one would. */
  get #waitsBehindOthers(): boolean {
    return this.#mayWait && this.#pending.size > 0
  }

  /** Stores an item, or answers the side to wait on. @throws QueueShutDownError */
  #store(encoded: Encoded, one: OnePut): Side | 0 {
    const { attachment } = this.#seat
    const { drops } = attachment
    const side = attachment.store(encoded, one.waits, one.rank)
    if (attachment.drops !== drops) one.replaces = true
    if (side < 0) throw this.#seat.shutDownError()
    if (side !== 0) this.#seat.flushDeadLetters()
    return side
  }

  /** There was no room, and the queue lets no put wait. @throws QueueFullError */
  #refuse(encoded: Encoded): 'dropped' {
    this.#abandon(encoded)
    this.#countRefusal()
    if (this.#seat.origin.whenFull === 'reject') throw this.#seat.fullError()
    return 'dropped'
  }

  #countRefusal(): void {
    const { attachment, origin } = this.#seat
    if (!this.#mayWait) attachment.countRefusal(origin.whenFull === 'reject' ? REJECTED : DROPPED)
  }

  /** A put is given up: its blocks are free again. */
  #abandon(encoded: Encoded): void {
    if (typeof encoded !== 'number' && !this.#seat.isDetached) this.#seat.attachment.unstage(encoded)
  }
}

/** One put, over all its tries. */
class OnePut {
  readonly rank: number
  /** It is going to wait, if it must. */
  readonly waits: boolean
  /** An older item was dropped for it. */
  replaces = false

  constructor(rank: number, waits: boolean) {
    this.rank = rank
    this.waits = waits
  }

  get result(): PutResult {
    return this.replaces ? 'replaced-oldest' : 'stored'
  }
}

import { PUT } from '../core/layout.ts'
import { isShutDown } from '../core/shared.ts'
import { QueueFullError } from '../errors.ts'
import { PendingCalls } from '../wait/pending.ts'
import type { Side } from '../wait/side.ts'
import type { Encoded } from './attachment.ts'
import { isStoppable, timeoutOf } from './options.ts'
import { type PriorityOptions, type Ranking, rankOf } from './ranking.ts'
import type { Seat } from './seat.ts'
import { sizeOf } from './stats.ts'

/** This thread's puts on one queue: at once, blocking, or pending in call order. */
export class Puts<T> {
  readonly #seat: Seat<T>
  readonly #pending: PendingCalls
  readonly #ranking: Ranking | undefined

  constructor(seat: Seat<T>) {
    this.#seat = seat
    this.#ranking = seat.origin.ranking
    this.#pending = new PendingCalls(seat.attachment.shared, seat.attachment.ledger)
  }

  async put(item: T, options: PriorityOptions | undefined): Promise<'stored'> {
    const seat = this.#seat
    const limits = seat.limits(options, seat.fullError)
    const rank = this.#rankOf(item, options)
    const encoded = this.#encode(item)
    if (this.#pending.size === 0 && this.#store(encoded, limits.timeout > 0, rank) === 0) return 'stored'
    if (limits.timeout === 0) {
      if (this.#pending.size === 0) this.#abandon(encoded)
      throw isShutDown(seat.origin.shared) ? seat.shutDownError() : seat.fullError()
    }
    const bytes = typeof encoded === 'number' ? seat.attachment.staged(encoded) : encoded
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const side = this.#store(bytes, true, rank)
        if (side === 0) resolve('stored')
        return side
      }
      this.#pending.add({ attempt, reject, giveUp: () => this.#abandon(bytes) }, limits)
    })
  }

  putSync(item: T, options: PriorityOptions | undefined): 'stored' {
    // The common case first, without what only a wait needs. A refused store has changed nothing.
    if (options === undefined && this.#pending.size === 0) {
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
      if (error instanceof QueueFullError) return false
      throw error
    }
  }

  #putSync(encoded: Encoded, timeout: number, stoppable: boolean, rank: number): 'stored' {
    // Puts called before come first.
    const attempt = () => {
      const side = this.#pending.serve() || this.#store(encoded, timeout > 0, rank)
      if (side !== 0 && stoppable) this.#seat.endIfStopping()
      return side
    }
    try {
      const earlier = this.#pending.size === 0 ? 0 : this.#pending.serve()
      if (earlier === 0 && this.#store(encoded, timeout > 0, rank) === 0) return 'stored'
      this.#seat.block(timeout, attempt, this.#seat.fullError)
    } catch (error) {
      this.#abandon(encoded)
      throw error
    }
    return 'stored'
  }

  tryPut(item: T, options?: PriorityOptions): boolean {
    const rank = this.#rankOf(item, options)
    const encoded = this.#encode(item)
    if (this.#pending.size > 0) {
      if (isShutDown(this.#seat.origin.shared)) throw this.#seat.shutDownError()
      return false
    }
    if (this.#store(encoded, false, rank) === 0) return true
    this.#abandon(encoded)
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

  /** Stores an item, or answers the side to wait on. @throws QueueShutDownError */
  #store(encoded: Encoded, waits: boolean, rank: number): Side | 0 {
    const side = this.#seat.attachment.store(encoded, waits, rank)
    if (side < 0) throw this.#seat.shutDownError()
    if (side !== 0) this.#seat.tidy()
    return side
  }

  /** A put is given up: its blocks are free again. */
  #abandon(encoded: Encoded): void {
    if (typeof encoded !== 'number' && !this.#seat.isDetached) this.#seat.attachment.unstage(encoded)
  }
}

import { clock } from '../../clock.ts'
import { isShutDown, PUT } from '../../core/index.ts'
import { QueueFullError } from '../../errors.ts'
import { queueMicrotask } from '../../timers.ts'
import { type Limits, PendingCalls, type Side } from '../../wait/index.ts'
import { type Attachment, type Encoded, type OutgoingCell, sizeOf } from '../attachment/index.ts'
import {
  checkPutOptions,
  isStoppable,
  PUT_OPTIONS,
  type PutOptions,
  type PutResult,
  rankOf,
  TRY_PUT_OPTIONS,
  timeoutOf,
} from '../options/index.ts'
import type { Sink } from './lease.ts'

/** This thread's puts on one queue: at once, blocking, or pending in call order. */
export class Puts<T> implements Sink<T> {
  readonly #attachment: Attachment<T>
  readonly #outgoing: OutgoingCell<T>
  readonly #pending: PendingCalls
  /** A put that finds no room waits for it. */
  readonly #mayWait: boolean
  /** A put that finds no room waits, and drops no other item. */
  readonly #onlyWaits: boolean

  constructor(attachment: Attachment<T>) {
    const { whenFull } = attachment.description
    this.#attachment = attachment
    this.#outgoing = attachment.outgoing
    this.#onlyWaits = whenFull === 'wait'
    this.#mayWait = this.#onlyWaits || whenFull === 'drop-oldest'
    this.#pending = new PendingCalls(attachment.shared, attachment.ledger)
  }

  deferWakes(): void {
    this.#outgoing.deferWakes()
  }

  wakeDeferred(): void {
    this.#outgoing.wakeDeferred()
  }

  get isShutDown(): boolean {
    return isShutDown(this.#attachment.shared)
  }

  async put(item: T, options?: PutOptions): Promise<PutResult> {
    const attachment = this.#attachment
    let one: PutAttempt | undefined
    const limits = attachment.limits(options, () => this.#fullError(one), PUT_OPTIONS)
    one = this.#begin(item, options, limits.timeout)
    return this.#storeOrWait(this.#encode(item), one, limits)
  }

  #storeOrWait(encoded: Encoded, one: PutAttempt, limits: Limits): PutResult | Promise<PutResult> {
    const attachment = this.#attachment
    if (!this.#waitsBehindOthers && this.#store(encoded, one) === 0) return one.result
    if (!this.#mayWait) return this.#refuse(encoded, one)
    if (limits.timeout === 0) {
      if (this.#pending.size === 0) this.#abandon(encoded)
      throw isShutDown(attachment.shared) ? attachment.shutDownError() : this.#fullError(one)
    }
    return this.#wait(attachment.outgoing.owned(encoded), one, limits)
  }

  #wait(bytes: Buffer, one: PutAttempt, limits: Limits): Promise<PutResult> {
    one.waitsSince = clock.now()
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const side = this.#store(bytes, one)
        if (side === 0) resolve(one.result)
        return side
      }
      this.#pending.add({ attempt, reject, abandon: () => this.#abandon(bytes) }, limits)
    })
  }

  /**
   * Stores items of a list from index `from` on, several at once, while there is room. Returns how many; the
   * next is to be put by itself. Items that were encoded and found no room are in `rest`.
   */
  putSome(items: ArrayLike<T>, from: number, rest: Buffer[]): number {
    const { geometry } = this.#attachment.shared
    if (geometry.batch === 0 || this.#pending.size > 0 || isShutDown(this.#attachment.shared)) return 0
    const { batch, outgoing } = this.#attachment
    const filled = batch.fill(items, from)
    this.#attachment.refuseDetached()
    if (filled === 0) return 0
    outgoing.notePut()
    const stored = batch.put(filled)
    for (let index = stored; index < filled; index++) rest.push(batch.copy(index))
    return stored
  }

  /** As put, of an item that is encoded already. */
  async putEncoded(bytes: Buffer, options: PutOptions): Promise<PutResult> {
    let one: PutAttempt | undefined
    const limits = this.#attachment.limits(options, () => this.#fullError(one), PUT_OPTIONS)
    one = new PutAttempt(0, limits.timeout, limits.timeout > 0 && this.#mayWait)
    return this.#storeOrWait(bytes, one, limits)
  }

  /** As putSync, likewise. */
  putEncodedSync(bytes: Buffer, options: PutOptions): PutResult {
    const stoppable = isStoppable(options)
    const timeout = timeoutOf(options, PUT_OPTIONS)
    return this.#putSync(bytes, new PutAttempt(0, timeout, timeout > 0 && this.#mayWait), stoppable)
  }

  putSync(item: T, options: PutOptions | undefined): PutResult {
    if (options === undefined && this.#pending.size === 0) {
      if (this.#outgoing.putNumber(item)) return 'stored'
      if (this.#onlyWaits) return this.#putOrWait(item)
    }
    const stoppable = isStoppable(options)
    const one = this.#begin(item, options, timeoutOf(options, PUT_OPTIONS))
    return this.#putSync(this.#encode(item), one, stoppable)
  }

  /** The common case of putSync, without what only a wait needs. A refused store has changed nothing. */
  #putOrWait(item: T): PutResult {
    const { outgoing } = this.#attachment
    const rank = this.#rankOf(item, undefined)
    const encoded = outgoing.encode(item, false)
    // The codec may have detached the thread.
    this.#attachment.refuseDetached()
    if (typeof encoded === 'number' && outgoing.store(encoded, true, rank) === 0) return 'stored'
    return this.#waitForRoom(encoded, rank)
  }

  #waitForRoom(encoded: Encoded, rank: number): PutResult {
    const one = new PutAttempt(rank, Number.POSITIVE_INFINITY, true)
    return this.#putSync(encoded, one, false)
  }

  /** As putSync, for at most `ms`. False if there was no room for so long. */
  putWithin(item: T, ms: number): boolean {
    if (this.#pending.size === 0 && this.#outgoing.putNumber(item)) return true
    const rank = this.#rankOf(item, undefined)
    if (this.#pending.size > 0) return this.#storeWithin(this.#encode(item), rank, ms)
    const { outgoing } = this.#attachment
    const encoded = outgoing.encode(item, false)
    this.#attachment.refuseDetached()
    if (typeof encoded === 'number' && outgoing.store(encoded, true, rank) === 0) return true
    return this.#storeWithin(encoded, rank, ms)
  }

  #storeWithin(encoded: Encoded, rank: number, ms: number): boolean {
    try {
      this.#putSync(encoded, new PutAttempt(rank, ms, ms > 0 && this.#mayWait), false)
      return true
    } catch (error) {
      if (error instanceof QueueFullError && this.#mayWait) return false
      throw error
    }
  }

  tryPut(item: T, options?: PutOptions): boolean {
    if (options !== undefined) checkPutOptions(options, this.#isRanked, TRY_PUT_OPTIONS)
    else if (this.#pending.size === 0 && this.#outgoing.putNumber(item)) return true
    const rank = this.#rankOf(item, options)
    const encoded = this.#encode(item)
    if (this.#waitsBehindOthers) {
      if (isShutDown(this.#attachment.shared)) throw this.#attachment.shutDownError()
      return false
    }
    const side = this.#attachment.outgoing.store(encoded, false, rank)
    if (side === 0) return true
    if (side < 0) throw this.#attachment.shutDownError()
    this.#attachment.flushDeadLetters()
    this.#abandon(encoded)
    if (!this.#mayWait) this.#attachment.countRefusal()
    return false
  }

  /** Calls back once there is room, or the queue is shut down. The process does not wait for it. */
  onRoom(call: () => void): void {
    const { shared } = this.#attachment
    const done = () => queueMicrotask(call)
    const attempt = () => {
      if (sizeOf(shared) >= shared.geometry.maxsize && !isShutDown(shared)) return PUT
      done()
      return 0 as const
    }
    const lapse = () => this.#attachment.fullError(PUT, 0)
    const limits = { timeout: Number.POSITIVE_INFINITY, signal: undefined, lapse, background: true }
    this.#pending.add({ attempt, reject: done }, limits)
  }

  serve(): void {
    this.#pending.serve()
  }

  rejectAll(error: () => Error): void {
    this.#pending.rejectAll(error)
  }

  get #isRanked(): boolean {
    return this.#attachment.description.ranking !== undefined
  }

  /** @throws TypeError, RangeError for wrong options or a wrong priority */
  #begin(item: T, options: PutOptions | undefined, timeout: number): PutAttempt {
    if (options !== undefined) checkPutOptions(options, this.#isRanked)
    return new PutAttempt(this.#rankOf(item, options), timeout, timeout > 0 && this.#mayWait)
  }

  #putSync(encoded: Encoded, one: PutAttempt, stoppable: boolean): PutResult {
    // This thread's earlier puts come first.
    const attempt = () => {
      const side = this.#pending.serve() || this.#store(encoded, one)
      if (side !== 0 && stoppable) this.#attachment.endIfStopping()
      return side
    }
    try {
      const earlier = this.#waitsBehindOthers ? this.#pending.serve() : 0
      if (earlier === 0 && this.#store(encoded, one) === 0) return one.result
      if (!this.#mayWait) return this.#refuse(encoded, one)
      if (one.timeout > 0) one.waitsSince = clock.now()
      this.#attachment.block(one.timeout, attempt, () => this.#fullError(one))
    } catch (error) {
      this.#abandon(encoded)
      throw error
    }
    return one.result
  }

  #rankOf(item: T, options: PutOptions | undefined): number {
    const { ranking } = this.#attachment.description
    return ranking === undefined ? 0 : rankOf(ranking, item, options)
  }

  #encode(item: T): Encoded {
    return this.#attachment.outgoing.encode(item, this.#pending.size > 0)
  }

  /** Earlier puts of this thread wait, and this one would. */
  get #waitsBehindOthers(): boolean {
    return this.#mayWait && this.#pending.size > 0
  }

  /** Stores an item, or answers the side to wait on. @throws QueueShutDownError */
  #store(encoded: Encoded, one: PutAttempt): Side | 0 {
    const { outgoing } = this.#attachment
    const { drops } = outgoing
    const side = outgoing.store(encoded, one.waits, one.rank)
    if (outgoing.drops !== drops) one.replaces = true
    if (side < 0) throw this.#attachment.shutDownError()
    if (side !== 0) {
      one.side = side
      this.#attachment.flushDeadLetters()
    }
    return side
  }

  /**
   * The error of a put that lapsed, or may not wait. A put behind others lacks what the first of those lacks.
   */
  #fullError(one: PutAttempt | undefined): Error {
    const side = one?.side ?? (this.#pending.side || PUT)
    const waitedMs = one?.waitsSince === undefined ? 0 : clock.now() - one.waitsSince
    return this.#attachment.fullError(side, waitedMs)
  }

  /** There was no room, and the queue lets no put wait. @throws QueueFullError */
  #refuse(encoded: Encoded, one: PutAttempt): 'dropped' {
    this.#abandon(encoded)
    this.#attachment.countRefusal()
    if (this.#attachment.description.whenFull === 'reject') throw this.#fullError(one)
    return 'dropped'
  }

  /** Gives up a put: its blocks are free again. */
  #abandon(encoded: Encoded): void {
    if (typeof encoded !== 'number' && !this.#attachment.isDetached)
      this.#attachment.outgoing.abandon(encoded)
  }
}

/** One put, over all its tries. */
class PutAttempt {
  readonly rank: number
  /** ms. */
  readonly timeout: number
  /** It is going to wait, if it must. */
  readonly waits: boolean
  /** An older item was dropped for it. */
  replaces = false
  /** The side on which it last found no room; undefined if earlier puts of its thread come first. */
  side: Side | undefined
  waitsSince: number | undefined

  constructor(rank: number, timeout: number, waits: boolean) {
    this.rank = rank
    this.timeout = timeout
    this.waits = waits
  }

  get result(): PutResult {
    return this.replaces ? 'replaced-oldest' : 'stored'
  }
}

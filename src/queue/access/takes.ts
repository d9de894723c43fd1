import { integer } from '../../check.ts'
import { DISCARDED, GET, isShutDown, NOTHING } from '../../core/index.ts'
import { StaleDeliveryError, TaskDoneError } from '../../errors.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'
import type { Side } from '../../wait/index.ts'
import { PendingCalls } from '../../wait/index.ts'
import type { Seat } from '../attachment/index.ts'
import { type Attachment, DEAD_LETTER, RELEASE, RETRY } from '../attachment/index.ts'
import { isStoppable, timeoutOf, type WaitOptions } from '../options/index.ts'
import { discardAll, EndWait, hasEnded } from '../recovery/index.ts'
import { type Delivery, type Settler, TakenItem } from './delivery.ts'
import { EMPTY } from './empty.ts'
import { Held } from './held.ts'
import type { ItemSource } from './iterate.ts'
import type { LeaseSource } from './lease.ts'
import type { BlockingCase, SelectCase } from './select-case.ts'

/**
 * This thread's gets and takes on one queue: at once, blocking, or pending in call order; and what they hold.
 */
export class Takes<T> {
  readonly #seat: Seat<T>
  readonly #pending: PendingCalls
  /** Where the pending ones wait once the queue is shut down and empty. */
  readonly #stay: EndWait
  /** Entries of what get and getMany handed over, oldest first: what taskDone settles. */
  readonly #inOrder = new Held()
  /** Deliveries of `take` not settled yet. */
  #deliveries = 0
  /** While calls are pending and items delayed: looks again when the first is due. */
  #dueTimer: NodeJS.Timeout | undefined
  #contender: SelectCase<T> | undefined

  constructor(seat: Seat<T>) {
    const { shared, ledger } = seat.attachment
    this.#seat = seat
    this.#stay = new EndWait(shared, ledger, () => this.#deliveries === 0, seat.warnOfLongEndWait)
    this.#pending = new PendingCalls(shared, ledger, () => {
      clearTimeout(this.#dueTimer)
      this.#stay.leave()
    })
  }

  get(options: WaitOptions | undefined): Promise<T> {
    return this.#take(options, (entry) => this.#handOver(entry))
  }

  getSync(options: WaitOptions | undefined): T {
    if (options === undefined) {
      const entry = this.#takeNow()
      if (entry > 0) return this.#handOver(entry)
    }
    return this.#handOver(this.#takeSync(options))
  }

  tryGet(): T | typeof EMPTY {
    const now = this.#takeNow()
    if (now > 0) return this.#handOver(now)
    const entry = this.#lookAfterOthers()
    return entry === 0 ? EMPTY : this.#handOver(entry)
  }

  take(options: WaitOptions | undefined): Promise<Delivery<T>> {
    return this.#take(options, (entry) => this.#deliver(entry))
  }

  takeSync(options: WaitOptions | undefined): Delivery<T> {
    return this.#deliver(this.#takeSync(options))
  }

  taskDone(count: number): void {
    if (count === 1 && this.#inOrder.size > 0) {
      this.#seat.attachment.finish(this.#inOrder.shift())
      this.#seat.flushDeadLetters()
      return
    }
    integer('count', count, 1, Number.MAX_SAFE_INTEGER)
    const { attachment, origin } = this.#seat
    const held = this.#inOrder.size
    if (count > held) {
      throw new TaskDoneError(
        `taskDone(${count}) on ${origin.label}: this thread holds ${held} ${held === 1 ? 'item' : 'items'} from get and getMany`,
      )
    }
    for (let left = count; left > 0; left--) attachment.finish(this.#inOrder.shift())
    this.#seat.flushDeadLetters()
  }

  itemSource(): ItemSource<T> {
    const seat = this.#seat
    const automatic = seat.origin.ack === 'auto'
    const handOver = (entry: number) => {
      const item = this.#read(entry)
      if (automatic) seat.attachment.finish(entry)
      return { item, entry: automatic ? 0 : entry }
    }
    return {
      next: () => this.#take(undefined, handOver),
      nextSync: () => handOver(this.#takeSync(undefined)),
      finish: (entry) => {
        if (seat.isDetached) return
        seat.attachment.finish(entry)
        seat.flushDeadLetters()
      },
      keep: (entry) => {
        if (!seat.isDetached) this.#inOrder.push(entry)
      },
    }
  }

  leaseSource(): LeaseSource<T> {
    const seat = this.#seat
    const requeue = (entry: number, verdict: number, error?: unknown, delay = 0) => {
      this.#deliveries--
      seat.attachment.requeue(entry, verdict, error, delay)
      seat.flushDeadLetters()
    }
    const leased = (entry: number) => {
      if (entry > 0) this.#deliveries++
      return entry
    }
    const excused = () => this.#deliveries === 0
    return {
      tryLease: () => {
        const now = this.#takeNow()
        return leased(now > 0 ? now : this.#lookAfterOthers())
      },
      leaseSync: (timeout) => leased(this.#takeSync({ timeout }, excused)),
      lease: (options) => this.#take(options, leased),
      read: (entry) => {
        try {
          return this.#read(entry)
        } catch (error) {
          this.#deliveries--
          throw error
        }
      },
      attempts: (entry) => seat.attachment.attempts(entry),
      isSuspect: (entry) => seat.attachment.isSuspect(entry),
      finish: (entry) => {
        this.#deliveries--
        seat.attachment.finish(entry)
        seat.flushDeadLetters()
      },
      again: (entry, error, delay) => requeue(entry, RETRY, error, delay),
      giveUp: (entry, error) => requeue(entry, DEAD_LETTER, error),
      uncounted: (entry) => requeue(entry, RELEASE),
    }
  }

  /** @internal This queue among those of a select. */
  contender(): SelectCase<T> {
    this.#contender ??= {
      check: () => {
        const { attachment } = this.#seat
        if (attachment.room === 0) throw attachment.tooManyInFlight()
      },
      look: () => this.#lookAfterOthers(),
      handOver: (entry) => this.#handOver(entry),
      wait: (bid) => {
        const { emptyError } = this.#seat
        const attempt = () => {
          if (bid.isOver) return 0
          return this.#attempt((entry) => bid.won(this.#handOver(entry)))
        }
        const limits = { timeout: Number.POSITIVE_INFINITY, signal: undefined, lapse: emptyError }
        const pending = this.#pending.add({ attempt, reject: bid.failed }, limits)
        return () => this.#pending.withdraw(pending)
      },
      sit: () => this.#sit(always),
    }
    return this.#contender
  }

  rejectAll(error: () => Error): void {
    this.#pending.rejectAll(error)
  }

  /** The common case of #look: an entry, or what else is to be looked at: not above 0. */
  #takeNow(): number {
    return this.#pending.size > 0 ? 0 : this.#seat.attachment.take()
  }

  /** One look for an item: its entry, or 0. @throws QueueShutDownError on an ended queue */
  #look(mayLeave: () => boolean): number {
    const { attachment } = this.#seat
    const answer = attachment.take()
    if (answer > 0) return answer
    this.#seat.flushDeadLetters()
    if (answer === NOTHING) return 0
    if (answer === DISCARDED) discardAll(attachment.shared, attachment.ledger)
    if (answer === DISCARDED || mayLeave()) throw this.#seat.shutDownError()
    return 0
  }

  /** One look, once this thread's earlier gets have been served: its entry, or 0. @throws as #look */
  #lookAfterOthers(): number {
    if (this.#pending.size > 0 && this.#pending.serve() !== 0) return 0
    const { shared, ledger } = this.#seat.attachment
    return this.#look(() => hasEnded(shared, ledger))
  }

  async #take<R>(options: WaitOptions | undefined, handOver: (entry: number) => R): Promise<R> {
    const { emptyError } = this.#seat
    const limits = this.#seat.limits(options, emptyError)
    const entry = this.#lookAfterOthers()
    if (entry > 0) return handOver(entry)
    if (limits.timeout === 0) throw emptyError()
    return new Promise((resolve, reject) => {
      const attempt = () => this.#attempt((entry) => resolve(handOver(entry)))
      this.#pending.add({ attempt, reject }, limits)
    })
  }

  /** One attempt of a pending call, which `settle` settles with an entry. Answers as PendingCall. */
  #attempt(settle: (entry: number) => void): Side | 0 {
    const { shared } = this.#seat.origin
    const mustWait = this.#seat.attachment.mustWaitForItem && !isShutDown(shared)
    const entry = mustWait ? 0 : this.#look(() => this.#stay.mayLeave())
    if (entry === 0) {
      this.#seat.endIfStopping()
      this.#expectDue()
      return GET
    }
    settle(entry)
    return 0
  }

  #takeSync(options: WaitOptions | undefined, excused: () => boolean = always): number {
    isStoppable(options)
    const timeout = timeoutOf(options)
    const seat = this.#seat
    let entry = this.#lookAfterOthers()
    if (entry > 0) return entry
    const sitting = this.#sit(excused)
    const attempt = () => {
      entry = sitting.look()
      return entry > 0 ? 0 : GET
    }
    try {
      seat.block(timeout, attempt, seat.emptyError, sitting.maxSleepMs)
    } finally {
      sitting.leave()
    }
    return entry
  }

  /** This thread while it blocks here. `excused`: see EndWait. */
  #sit(excused: () => boolean): BlockingCase {
    const seat = this.#seat
    const { shared, ledger } = seat.attachment
    const stay = new EndWait(shared, ledger, excused, seat.warnOfLongEndWait)
    return {
      shared,
      ledger,
      look: () => {
        if (this.#pending.serve() !== 0) return 0
        const entry = this.#look(() => stay.mayLeave())
        if (entry === 0) seat.endIfStopping()
        return entry
      },
      maxSleepMs: () => Math.min(stay.maxSleepMs(), seat.attachment.untilDue(), seat.letterMaxSleepMs()),
      leave: () => {
        if (!stay.arrived) return
        stay.leave()
        // They shared the mark that was just taken away.
        this.#pending.serve()
      },
    }
  }

  /** The pending calls are served when the first delayed item is due. */
  #expectDue(): void {
    clearTimeout(this.#dueTimer)
    const left = this.#seat.attachment.untilDue()
    if (left === Number.POSITIVE_INFINITY) return
    // The pending calls keep the process alive, if they are to.
    this.#dueTimer = setTimeout(() => this.#pending.serve(), left).unref()
  }

  #handOver(entry: number): T {
    const item = this.#read(entry)
    if (this.#seat.origin.ack === 'auto') this.#seat.attachment.finish(entry)
    else this.#inOrder.push(entry)
    return item
  }

  /** Decodes the item of `entry`; one that cannot be is a dead letter. @throws CodecError */
  #read(entry: number): T {
    try {
      return this.#seat.attachment.read(entry)
    } catch (error) {
      this.#seat.flushDeadLetters()
      throw error
    }
  }

  #deliver(entry: number): Delivery<T> {
    const seat = this.#seat
    const item = this.#read(entry)
    const settle = (how: (attachment: Attachment<T>) => void) => {
      if (seat.isDetached) {
        throw new StaleDeliveryError(
          `this thread has detached from ${seat.origin.label}: the item is delivered again`,
        )
      }
      this.#deliveries--
      how(seat.attachment)
      seat.flushDeadLetters()
    }
    const settler: Settler = {
      finish: (at) => settle((attachment) => attachment.finish(at)),
      again: (at, error, delay) => settle((attachment) => attachment.requeue(at, RETRY, error, delay)),
      giveUp: (at, error) => settle((attachment) => attachment.requeue(at, DEAD_LETTER, error)),
    }
    this.#deliveries++
    return new TakenItem(item, seat.attachment.attempts(entry), entry, settler)
  }
}

function always(): boolean {
  return true
}

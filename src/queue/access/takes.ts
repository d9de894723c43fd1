import { integer } from '../../check.ts'
import { DISCARDED, ENTRY_BYTES, GET, isShutDown, NOTHING, RELEASE } from '../../core/index.ts'
import { TaskDoneError } from '../../errors.ts'
import { clearTimeout, queueMicrotask, setTimeout } from '../../timers.ts'
import { PendingCalls, type Side } from '../../wait/index.ts'
import { type Attachment, type HeldItems, sizeOf } from '../attachment/index.ts'
import { EntriesInOrder } from '../entries/index.ts'
import { isStoppable, timeoutOf, type WaitOptions } from '../options/index.ts'
import { discardAll, EndWait, hasEnded } from '../recovery/index.ts'
import { type Batch, TakenBatch } from './batch.ts'
import { type Delivery, TakenItem } from './delivery.ts'
import { EMPTY } from './empty.ts'
import type { Handed, ItemSource } from './iterate.ts'
import { HeldLease, type Lease, type OpenLeases, type Source } from './lease.ts'
import type { BlockingCase, SelectCase } from './select-case.ts'

/**
 * This thread's gets, takes and leases on one queue: at once, blocking, or pending in call order; and what it
 * holds by them.
 */
export class Takes<T> implements Source<T> {
  readonly #attachment: Attachment<T>
  readonly #held: HeldItems<T>
  readonly #isAuto: boolean
  readonly #pending: PendingCalls
  /** Where the pending calls wait once the queue is shut down and empty. */
  readonly #endWait: EndWait
  /** Entries that get and getMany handed over, oldest first: `taskDone` settles them. */
  readonly #inOrder = new EntriesInOrder()
  readonly #open: OpenLeases = { count: 0 }
  /** Open leases of batches that are not handed over yet: nobody can settle them while their call waits. */
  #gathered = 0
  /** The leases of consumers, one for each entry of the ledger that they have used. */
  readonly #leases: (HeldLease<T> | undefined)[] = []
  /** While calls are pending and items delayed: looks again when the first item is due. */
  #dueTimer: NodeJS.Timeout | undefined
  #case: SelectCase<T> | undefined

  constructor(attachment: Attachment<T>) {
    const { shared, ledger } = attachment
    this.#attachment = attachment
    this.#held = attachment.held
    this.#isAuto = attachment.description.ack === 'auto'
    this.#endWait = new EndWait(shared, ledger, this.#holdsNoOpenLease, attachment.warnOfLongEndWait)
    this.#pending = new PendingCalls(shared, ledger, () => {
      clearTimeout(this.#dueTimer)
      this.#endWait.leave()
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
    const entry = this.#tryTake()
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
      this.#attachment.refuseDetached()
      this.#held.finish(this.#inOrder.shift(1))
      this.#attachment.flushDeadLetters()
      return
    }
    integer('count', count, 1, Number.MAX_SAFE_INTEGER)
    const { held, description } = this.#attachment
    const { size } = this.#inOrder
    if (count > size) {
      throw new TaskDoneError(
        `taskDone(${count}) on ${description.label}: this thread holds ${size} ` +
          `${size === 1 ? 'item' : 'items'} from get and getMany`,
      )
    }
    for (let left = count; left > 0; ) {
      const run = this.#inOrder.firstRun(left)
      held.finishRun(this.#inOrder.shift(run), run)
      left -= run
    }
    this.#attachment.flushDeadLetters()
  }

  /**
   * Gets up to `max` items that are there, several at once, into `items` from index `at` on. Returns how
   * many; 0: `tryGet` must say why. @throws CodecError, which the items before the broken one precede:
   * `onBroken` is told how many they are
   */
  getSome(
    items: { [index: number]: T },
    at: number,
    max: number,
    onBroken: (before: number) => void,
  ): number {
    if (this.#pending.size > 0) return 0
    const count = this.#held.takeRun(max)
    const first = this.#held.firstTaken
    let read = this.#held.readRun(first, count, items, at)
    try {
      for (; read < count; read++) items[at + read] = this.#held.read(first + read * ENTRY_BYTES)
    } catch (error) {
      // They are delivered again.
      if (this.#attachment.isDetached) throw error
      onBroken(read)
      for (let next = read + 1; next < count; next++) this.#held.requeue(first + next * ENTRY_BYTES, RELEASE)
      this.#handOverRun(first, read)
      this.#attachment.flushDeadLetters()
      throw error
    }
    this.#handOverRun(first, count)
    return count
  }

  /** Adds leases of up to `max` items that are there. Returns how many; 0: `tryLease` must say why. */
  takeSome(leases: HeldLease<T>[], max: number): number {
    if (this.#pending.size > 0) return 0
    const count = this.#held.takeRun(max)
    const first = this.#held.firstTaken
    for (let index = 0; index < count; index++) leases.push(this.#gather(first + index * ENTRY_BYTES))
    return count
  }

  /** A lease of one item, or undefined if there is none now. @throws QueueShutDownError on an ended queue */
  takeOne(): HeldLease<T> | undefined {
    const entry = this.#tryTake()
    return entry === 0 ? undefined : this.#gather(entry)
  }

  takeNext(options: WaitOptions): Promise<HeldLease<T>> {
    return this.#take(options, (entry) => this.#gather(entry))
  }

  takeNextSync(options: WaitOptions | undefined): HeldLease<T> {
    return this.#gather(this.#takeSync(options))
  }

  #gather(entry: number): HeldLease<T> {
    this.#gathered++
    return this.#newLease(entry)
  }

  /**
   * Makes a batch of the leases. @throws CodecError for the first item that cannot be decoded; that item is
   * given up, and the others are delivered again
   */
  batchOf(leases: readonly HeldLease<T>[]): Batch<T> {
    try {
      for (const lease of leases) void lease.item
    } catch (error) {
      this.dissolve(leases)
      throw error
    }
    this.#gathered -= leases.length
    return new TakenBatch(leases, this.#held, () => this.#attachment.flushDeadLetters())
  }

  /** Gives back what was gathered for a batch. When the thread detached, that was given back already. */
  dissolve(leases: readonly HeldLease<T>[]): void {
    this.#gathered -= leases.length
    const open = this.#attachment.isDetached ? [] : leases.filter((lease) => !lease.isSettled)
    for (const lease of open) lease.release()
  }

  /** The `count` entries from `first` on are settled by taskDone, or at once with `ack: 'auto'`. */
  #handOverRun(first: number, count: number): void {
    if (count === 0) return
    if (this.#isAuto) this.#held.finishRun(first, count)
    else this.#inOrder.push(first, count)
  }

  /**
   * For iterators: the item of the last step is settled before the next is asked for, so it is no open lease.
   */
  itemSource(): ItemSource<T> {
    const attachment = this.#attachment
    const handOver = (entry: number): Handed<T> => {
      if (this.#isAuto) return { item: this.#handOver(entry), lease: undefined }
      const lease = new HeldLease(this.#attachment, undefined).hold(entry)
      return { item: lease.item, lease }
    }
    return {
      next: () => this.#take(undefined, handOver),
      nextSync: () => handOver(this.#takeSync(undefined)),
      get isDetached() {
        return attachment.isDetached
      },
      keep: ({ entry }) => this.#inOrder.push(entry, 1),
    }
  }

  tryLease(): Lease<T> | undefined {
    const now = this.#pending.size > 0 ? 0 : this.#held.take()
    if (now > 0) return this.#lease(now)
    const entry = this.#takeAfterOthers()
    return entry === 0 ? undefined : this.#lease(entry)
  }

  tryLeaseAhead(): Lease<T> | undefined {
    const now = this.#pending.size > 0 ? 0 : this.#held.takeAhead()
    if (now > 0) return this.#lease(now)
    const entry = this.#takeAfterOthers()
    return entry === 0 ? undefined : this.#lease(entry)
  }

  limitAhead(items: number): void {
    this.#held.limitAhead(items)
  }

  releaseAhead(): void {
    if (!this.#attachment.isDetached) this.#held.releaseAhead()
  }

  leaseSync(timeout: number): Lease<T> {
    return this.#lease(this.#takeSync({ timeout }, this.#holdsNoOpenLease))
  }

  lease(options?: WaitOptions): Promise<Lease<T>> {
    return this.#take(options, (entry) => this.#lease(entry))
  }

  /** This queue among those of a select. */
  selectCase(): SelectCase<T> {
    this.#case ??= {
      check: () => {
        const { held } = this.#attachment
        if (held.room === 0) throw held.tooManyInFlight()
      },
      poll: () => this.#takeAfterOthers(),
      handOver: (entry) => this.#handOver(entry),
      register: (observer) => {
        const { emptyError } = this.#attachment
        const attempt = () => {
          if (observer.isOver) return 0
          return this.#attempt((entry) => observer.selected(this.#handOver(entry)))
        }
        const limits = { timeout: Number.POSITIVE_INFINITY, signal: undefined, lapse: emptyError }
        const pending = this.#pending.add({ attempt, reject: observer.failed }, limits)
        return () => this.#pending.withdraw(pending)
      },
      registerBlocking: () => this.#blockingCase(always),
    }
    return this.#case
  }

  /** Calls back once when the queue has an item, or is shut down. The process waits for it. */
  onItem(call: () => void): void {
    const { shared, emptyError } = this.#attachment
    const attempt = () => {
      if (sizeOf(shared) === 0 && !isShutDown(shared)) return GET
      queueMicrotask(call)
      return 0 as const
    }
    const limits = { timeout: Number.POSITIVE_INFINITY, signal: undefined, lapse: emptyError }
    this.#pending.add({ attempt, reject: () => {} }, limits)
  }

  rejectAll(error: () => Error): void {
    this.#pending.rejectAll(error)
  }

  /** An item if there is one now: its entry, or 0. @throws QueueShutDownError on an ended queue */
  #tryTake(): number {
    const entry = this.#takeNow()
    return entry > 0 ? entry : this.#takeAfterOthers()
  }

  /** The common case of #poll: an entry, or a number not above 0 if #poll must look. */
  #takeNow(): number {
    return this.#pending.size > 0 ? 0 : this.#held.take()
  }

  /** Looks once for an item: its entry, or 0. @throws QueueShutDownError on an ended queue */
  #poll(mayLeave: () => boolean): number {
    const { shared, ledger } = this.#attachment
    const answer = this.#held.take()
    if (answer > 0) return answer
    this.#attachment.flushDeadLetters()
    if (answer === NOTHING) return 0
    if (answer === DISCARDED) discardAll(shared, ledger)
    if (answer === DISCARDED || mayLeave()) throw this.#attachment.shutDownError()
    return 0
  }

  /** Looks once, after this thread's earlier gets have been served: its entry, or 0. @throws as #poll */
  #takeAfterOthers(): number {
    if (this.#pending.size > 0 && this.#pending.serve() !== 0) return 0
    const { shared, ledger } = this.#attachment
    return this.#poll(() => hasEnded(shared, ledger))
  }

  async #take<R>(options: WaitOptions | undefined, handOver: (entry: number) => R): Promise<R> {
    const { emptyError } = this.#attachment
    const limits = this.#attachment.limits(options, emptyError)
    const entry = this.#takeAfterOthers()
    if (entry > 0) return handOver(entry)
    if (limits.timeout === 0) throw emptyError()
    return new Promise((resolve, reject) => {
      const attempt = () => this.#attempt((entry) => resolve(handOver(entry)))
      this.#pending.add({ attempt, reject }, limits)
    })
  }

  /** One attempt of a pending call, which `settle` settles with an entry. Answers as PendingCall. */
  #attempt(settle: (entry: number) => void): Side | 0 {
    const { held, shared } = this.#attachment
    const mustWait = !isShutDown(shared) && held.mustWaitForItem()
    const entry = mustWait ? 0 : this.#poll(() => this.#endWait.mayLeave())
    if (entry === 0) {
      this.#attachment.endIfStopping()
      this.#expectDue()
      return GET
    }
    settle(entry)
    return 0
  }

  #takeSync(options: WaitOptions | undefined, isExcused: () => boolean = always): number {
    isStoppable(options)
    const timeout = timeoutOf(options)
    const { emptyError } = this.#attachment
    let entry = this.#takeAfterOthers()
    if (entry > 0) return entry
    const blocking = this.#blockingCase(isExcused)
    const attempt = () => {
      entry = blocking.poll()
      return entry > 0 ? 0 : GET
    }
    try {
      this.#attachment.block(timeout, attempt, emptyError, blocking.maxSleepMs)
    } finally {
      blocking.withdraw()
    }
    return entry
  }

  /** This thread while it blocks here. `isExcused`: see EndWait. */
  #blockingCase(isExcused: () => boolean): BlockingCase {
    const attachment = this.#attachment
    const { shared, ledger, held } = attachment
    const endWait = new EndWait(shared, ledger, isExcused, attachment.warnOfLongEndWait)
    return {
      shared,
      ledger,
      poll: () => {
        if (this.#pending.serve() !== 0) return 0
        const entry = this.#poll(() => endWait.mayLeave())
        if (entry === 0) attachment.endIfStopping()
        return entry
      },
      maxSleepMs: () => Math.min(endWait.maxSleepMs(), held.untilDueMs(), attachment.letterMaxSleepMs()),
      withdraw: () => {
        if (!endWait.arrived) return
        endWait.leave()
        // The pending calls shared the mark that was just taken away.
        this.#pending.serve()
      },
    }
  }

  /** The pending calls are served when the first delayed item is due. */
  #expectDue(): void {
    clearTimeout(this.#dueTimer)
    const left = this.#attachment.held.untilDueMs()
    if (left === Number.POSITIVE_INFINITY) return
    // The pending calls keep the process alive, if they are to.
    this.#dueTimer = setTimeout(() => this.#pending.serve(), left).unref()
  }

  #handOver(entry: number): T {
    let item: T
    try {
      item = this.#held.read(entry)
    } catch (error) {
      this.#attachment.flushDeadLetters()
      throw error
    }
    if (this.#isAuto) this.#held.finish(entry)
    else this.#inOrder.push(entry, 1)
    return item
  }

  /** A lease for a consumer, which forgets it once it is settled. So no item costs an object. */
  #lease(entry: number): Lease<T> {
    const lease = this.#leases[this.#held.indexOf(entry)]
    return lease === undefined || !lease.isSettled ? this.#keptLease(entry) : lease.hold(entry)
  }

  #keptLease(entry: number): Lease<T> {
    const lease = this.#newLease(entry)
    this.#leases[this.#held.indexOf(entry)] = lease
    return lease
  }

  #newLease(entry: number): HeldLease<T> {
    return new HeldLease(this.#attachment, this.#open).hold(entry)
  }

  #deliver(entry: number): Delivery<T> {
    const lease = this.#newLease(entry)
    return new TakenItem(lease, lease.item, lease.attempt)
  }

  readonly #holdsNoOpenLease = (): boolean => this.#open.count === this.#gathered
}

function always(): boolean {
  return true
}

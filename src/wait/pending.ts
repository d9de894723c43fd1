import { ASYNC_EPOCH, ASYNC_WAKING, type SharedMemory, WAKE_UNDER_WAY_MS } from '../core/index.ts'
import { AbortError } from '../errors.ts'
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../timers.ts'
import { onAbort } from './aborts.ts'
import { StuckError } from './backoff.ts'
import { ref, unref } from './keep-alive.ts'
import { type InLine, Line } from './line.ts'
import { ASYNC_WAITER, asyncBit, type Side } from './side.ts'
import { waitAsync } from './wait-async.ts'

/** A call that waits asynchronously. */
export interface PendingCall {
  /**
   * Tries once. Answers 0 if the call is settled, else the side whose wake it waits for. What it throws
   * rejects the call.
   */
  attempt(): Side | 0
  reject(error: unknown): void
  /** The call is given up: its timeout lapsed, or it was aborted. */
  giveUp?(): void
}

export interface Limits {
  /** ms; Infinity: none. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** The error when the timeout lapses. */
  readonly lapse: () => Error
  /** The process may end although this call still waits. */
  readonly background?: boolean
}

interface Entry extends InLine<Entry> {
  readonly call: PendingCall
  timer: NodeJS.Timeout | undefined
  /** It is not to be told of an abort any more. */
  offAbort: (() => void) | undefined
  readonly background: boolean
}

/** A call that was added: for `withdraw`. */
export type Pending = Entry

/** Those with pending calls: kept, though their caller may hold nothing but a promise. */
const waiting = new Set<PendingCalls>()

/**
 * This thread's pending calls of one kind on one queue, served in call order. However many there are, the
 * thread counts once on the side they wait for and has at most one `waitAsync` pending on its word: it can
 * not be cancelled, so it outlives the calls and serves the next ones. (A later waker moves the epoch and
 * notifies in one straight line, so a wait armed on an older epoch is always woken too.)
 */
export class PendingCalls {
  readonly #shared: SharedMemory
  readonly #ledger: number
  readonly #entries = new Line<Entry>()
  readonly #armed = new Set<Side>()
  #entered: Side | 0 = 0
  /** Of the side it is counted on, before the last look. */
  #epoch = 0
  #serving = false
  /** The seat belt: see `Shared.safetyTimeoutMs`. */
  #belt: NodeJS.Timeout | undefined
  /** Runs when the last pending call has been settled or has left. */
  readonly #onIdle: () => void

  constructor(shared: SharedMemory, ledger: number, onIdle: () => void = () => {}) {
    this.#shared = shared
    this.#ledger = ledger
    this.#onIdle = onIdle
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * Queues `call` behind the others. The caller has tried it once already, in vain, or there are others
   * before it.
   */
  add(call: PendingCall, limits: Limits): Pending {
    const { signal } = limits
    const entry: Entry = {
      call,
      timer: undefined,
      offAbort: undefined,
      background: limits.background === true,
      before: undefined,
      after: undefined,
      isInLine: false,
    }
    if (signal?.aborted) {
      call.reject(new AbortError(signal.reason))
      return entry
    }
    if (limits.timeout !== Number.POSITIVE_INFINITY) {
      entry.timer = setTimeout(() => this.#drop(entry, limits.lapse()), limits.timeout)
    }
    if (signal !== undefined) {
      entry.offAbort = onAbort(signal, () => this.#drop(entry, new AbortError(signal.reason)))
    }
    this.#entries.join(entry)
    waiting.add(this)
    if (!entry.background) ref()
    this.#fasten()
    this.serve()
    return entry
  }

  /**
   * Serves as many calls as can be, in order, and arms the wake for the rest. Returns the side they wait for,
   * or 0.
   */
  serve(): Side | 0 {
    if (this.#serving) return this.#entered
    this.#serving = true
    try {
      for (;;) {
        const side = this.#entered
        if (side !== 0) {
          // As in `block`: counted, epoch read, wake in flight cleared, then the look.
          this.#epoch = this.#shared.load(side + ASYNC_EPOCH)
          if (this.#shared.load(side + ASYNC_WAKING) !== 0) this.#shared.core.clearAsyncWaking(side)
        }
        const needed = this.#serveInOrder()
        if (needed !== side) {
          this.#leave()
          if (needed === 0) break
          this.#shared.core.enterWait(this.#ledger, needed, asyncBit(needed), ASYNC_WAITER)
          this.#entered = needed
          continue
        }
        if (side === 0 || this.#arm(side, this.#epoch)) break
      }
    } finally {
      this.#serving = false
    }
    if (this.#entries.size === 0) this.#onIdle()
    return this.#entered
  }

  /** The call of `entry` waits no more; it is neither settled nor told. */
  withdraw(entry: Pending): void {
    if (this.#remove(entry)) this.serve()
  }

  /** Rejects all that still wait. */
  rejectAll(error: () => Error): void {
    for (const entry of this.#entries.all()) this.#drop(entry, error())
  }

  #serveInOrder(): Side | 0 {
    for (;;) {
      const { first } = this.#entries
      if (first === undefined) return 0
      try {
        const side = first.call.attempt()
        if (side !== 0) return side
      } catch (error) {
        this.#remove(first)
        first.call.reject(error)
        // Each of the others would hold up the event loop as long.
        if (error instanceof StuckError) for (const entry of this.#entries.all()) this.#settle(entry, error)
        continue
      }
      this.#remove(first)
    }
  }

  /** True if the wake is armed; false if the epoch has moved since it was read. */
  #arm(side: Side, epoch: number): boolean {
    if (this.#armed.has(side)) return true
    const wait = waitAsync(this.#shared.words, (side + ASYNC_EPOCH) >> 2, epoch)
    if (!wait.async) return false
    this.#armed.add(side)
    // It may outlive the calls, and must not keep a queue that nobody uses any more.
    const self = new WeakRef(this)
    void wait.value.then(() => self.deref()?.woken(side))
    return true
  }

  private woken(side: Side): void {
    this.#armed.delete(side)
    this.serve()
  }

  #fasten(): void {
    const { safetyTimeoutMs } = this.#shared
    if (this.#belt !== undefined || safetyTimeoutMs === Number.POSITIVE_INFINITY) return
    // The pending calls keep the process alive, if they are to.
    this.#belt = setInterval(() => this.#lookAgain(), safetyTimeoutMs).unref()
  }

  #lookAgain(): void {
    const side = this.#entered
    if (side === 0) return
    const epoch = this.#epoch
    const { size } = this.#entries
    const isStill = () => this.#shared.load(side + ASYNC_EPOCH) === epoch
    this.serve()
    if (this.#entries.size === size || !isStill()) return
    setTimeout(() => void (isStill() && this.#shared.noteMissedWake(this.#ledger)), WAKE_UNDER_WAY_MS).unref()
  }

  #drop(entry: Entry, error: Error): void {
    this.#settle(entry, error)
    this.serve()
  }

  #settle(entry: Entry, error: Error): void {
    if (!this.#remove(entry)) return
    entry.call.giveUp?.()
    entry.call.reject(error)
  }

  /** False if it had left already: settled, or told why not. */
  #remove(entry: Entry): boolean {
    if (!this.#entries.leave(entry)) return false
    if (this.#entries.size === 0) {
      waiting.delete(this)
      clearInterval(this.#belt)
      this.#belt = undefined
    }
    clearTimeout(entry.timer)
    entry.offAbort?.()
    if (!entry.background) unref()
    return true
  }

  #leave(): void {
    if (this.#entered === 0) return
    this.#shared.core.leaveWait(this.#ledger, this.#entered, asyncBit(this.#entered), ASYNC_WAITER)
    this.#entered = 0
  }
}

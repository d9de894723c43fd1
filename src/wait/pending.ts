import { ASYNC_EPOCH, ASYNC_WAKING, type SharedMemory, WAKE_UNDER_WAY_MS } from '../core/index.ts'
import { AbortError } from '../errors.ts'
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../timers.ts'
import { onAbort } from './aborts.ts'
import { StuckError } from './backoff.ts'
import { ref, unref } from './keep-alive.ts'
import { type Linked, LinkedList } from './linked-list.ts'
import { ASYNC_WAITER, asyncBit, type Side } from './side.ts'
import { waitAsync } from './wait-async.ts'

/** A call that waits asynchronously. */
export interface PendingCall {
  /**
   * Tries once. Answers 0 if the call is settled, else the side whose wake it waits for. An error that it
   * throws rejects the call.
   */
  attempt(): Side | 0
  reject(error: unknown): void
  /** Called before `reject` if the call is not tried again: its timeout lapsed, or it was aborted. */
  abandon?(): void
}

export interface Limits {
  /** In ms; Infinity: none. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** The error when the timeout lapses. */
  readonly lapse: () => Error
  /** True: the process may end although this call still waits. */
  readonly background?: boolean
}

interface WaitingCall extends Linked<WaitingCall> {
  readonly call: PendingCall
  timer: NodeJS.Timeout | undefined
  /** Cancels the callback for the abort of its signal. */
  offAbort: (() => void) | undefined
  readonly background: boolean
}

/** A call that was added: for `withdraw`. */
export type Pending = WaitingCall

/** Keeps all objects with pending calls in memory: their callers may reference nothing but a promise. */
const waiting = new Set<PendingCalls>()

/**
 * This thread's pending calls of one kind at one queue, served in call order. For all of them together the
 * thread counts once on the side they wait for, and has at most one `waitAsync` pending on its word. A
 * `waitAsync` cannot be cancelled, so it outlives the calls and serves later ones. (A waker moves the epoch
 * and notifies in one straight line, so a wait on an older epoch is woken too.)
 */
export class PendingCalls {
  readonly #shared: SharedMemory
  readonly #ledger: number
  readonly #calls = new LinkedList<WaitingCall>()
  readonly #armed = new Set<Side>()
  #entered: Side | 0 = 0
  /** The epoch of the side that the thread is counted on, read before the last look. */
  #epoch = 0
  #serving = false
  /** See `Shared.safetyTimeoutMs`. */
  #safetyTimer: NodeJS.Timeout | undefined
  /** Called when no call is pending any more. */
  readonly #onIdle: () => void

  constructor(shared: SharedMemory, ledger: number, onIdle: () => void = () => {}) {
    this.#shared = shared
    this.#ledger = ledger
    this.#onIdle = onIdle
  }

  /** The side that the first of them waits for; 0 if none waits. */
  get side(): Side | 0 {
    return this.#entered
  }

  get size(): number {
    return this.#calls.size
  }

  /**
   * Adds `call` behind the others. The caller has tried it once without success, or there are calls before
   * it.
   */
  add(call: PendingCall, limits: Limits): Pending {
    const { signal } = limits
    const one: WaitingCall = {
      call,
      timer: undefined,
      offAbort: undefined,
      background: limits.background === true,
      previous: undefined,
      next: undefined,
      isLinked: false,
    }
    if (signal?.aborted) {
      call.reject(new AbortError(signal.reason))
      return one
    }
    if (limits.timeout !== Number.POSITIVE_INFINITY) {
      one.timer = setTimeout(() => this.#drop(one, limits.lapse()), limits.timeout)
    }
    if (signal !== undefined) {
      one.offAbort = onAbort(signal, () => this.#drop(one, new AbortError(signal.reason)))
    }
    this.#calls.append(one)
    waiting.add(this)
    if (!one.background) ref()
    this.#startSafetyTimer()
    this.serve()
    return one
  }

  /**
   * Settles as many calls as possible, in order, and waits asynchronously for the rest. Returns the side they
   * wait for, or 0.
   */
  serve(): Side | 0 {
    if (this.#serving) return this.#entered
    this.#serving = true
    try {
      for (;;) {
        const side = this.#entered
        if (side !== 0) {
          // The order of `block`: count, read the epoch, clear the wake in flight, then look.
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
    if (this.#calls.size === 0) this.#onIdle()
    return this.#entered
  }

  /** The call waits no longer. It is neither settled nor rejected. */
  withdraw(one: Pending): void {
    if (this.#remove(one)) this.serve()
  }

  /** Rejects all calls that still wait. */
  rejectAll(error: () => Error): void {
    for (const one of this.#calls.toArray()) this.#drop(one, error())
  }

  #serveInOrder(): Side | 0 {
    for (;;) {
      const { first } = this.#calls
      if (first === undefined) return 0
      try {
        const side = first.call.attempt()
        if (side !== 0) return side
      } catch (error) {
        this.#remove(first)
        first.call.reject(error)
        // Each of the other calls would block the event loop as long.
        if (error instanceof StuckError) for (const one of this.#calls.toArray()) this.#abandon(one, error)
        continue
      }
      this.#remove(first)
    }
  }

  /** Returns true if the wait is pending, false if the epoch has moved since it was read. */
  #arm(side: Side, epoch: number): boolean {
    if (this.#armed.has(side)) return true
    const wait = waitAsync(this.#shared.words, (side + ASYNC_EPOCH) >> 2, epoch)
    if (!wait.async) return false
    this.#armed.add(side)
    // The wait may outlive the calls, and must not keep an unused queue in memory.
    const self = new WeakRef(this)
    void wait.value.then(() => self.deref()?.woken(side))
    return true
  }

  private woken(side: Side): void {
    this.#armed.delete(side)
    this.serve()
  }

  #startSafetyTimer(): void {
    const { safetyTimeoutMs } = this.#shared
    if (this.#safetyTimer !== undefined || safetyTimeoutMs === Number.POSITIVE_INFINITY) return
    // `ref` decides whether the pending calls keep the process alive.
    this.#safetyTimer = setInterval(() => this.#lookAgain(), safetyTimeoutMs).unref()
  }

  #lookAgain(): void {
    const side = this.#entered
    if (side === 0) return
    const epoch = this.#epoch
    const { size } = this.#calls
    const isStill = () => this.#shared.load(side + ASYNC_EPOCH) === epoch
    this.serve()
    if (this.#calls.size === size || !isStill()) return
    setTimeout(() => void (isStill() && this.#shared.noteMissedWake(this.#ledger)), WAKE_UNDER_WAY_MS).unref()
  }

  #drop(one: WaitingCall, error: Error): void {
    this.#abandon(one, error)
    this.serve()
  }

  #abandon(one: WaitingCall, error: Error): void {
    if (!this.#remove(one)) return
    one.call.abandon?.()
    one.call.reject(error)
  }

  /** Returns false if the call was settled or rejected before. */
  #remove(one: WaitingCall): boolean {
    if (!this.#calls.remove(one)) return false
    if (this.#calls.size === 0) {
      waiting.delete(this)
      clearInterval(this.#safetyTimer)
      this.#safetyTimer = undefined
    }
    clearTimeout(one.timer)
    one.offAbort?.()
    if (!one.background) unref()
    return true
  }

  #leave(): void {
    if (this.#entered === 0) return
    this.#shared.core.leaveWait(this.#ledger, this.#entered, asyncBit(this.#entered), ASYNC_WAITER)
    this.#entered = 0
  }
}

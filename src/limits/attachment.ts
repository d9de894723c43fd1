import { clock } from '../clock.ts'
import { BUSY, DONE, type KeyHash, LimitMemory, PASSED, PLACED } from '../core/index.ts'
import { DetachedError, TooManyThreadsError } from '../errors.ts'
import {
  announceDetached,
  announceMemory,
  openBy,
  others,
  type Recoverable,
  registry,
  thisThread,
} from '../queue/index.ts'
import { untilDone, waitAsync } from '../wait/index.ts'
import type { LimitHandleData } from './handle.ts'

const KIND = 'limiter'

/** One limiter as a memory in which threads die. */
export class LimiterRecovery implements Recoverable {
  readonly memory: LimitMemory
  readonly #base: number

  constructor(memory: LimitMemory, base: number) {
    this.memory = memory
    this.#base = base
  }

  static open({ memory, geometry, base }: LimitHandleData): LimiterRecovery {
    return new LimiterRecovery(new LimitMemory(memory, geometry), base)
  }

  /** ns since the limiter was made, in all threads the same. */
  now(): number {
    return clock.nanoseconds(this.#base)
  }

  /**
   * Gives up the places and turns of `thread`, which is dead or leaves, and wakes those who wait for them.
   */
  recover(thread: number): void {
    const { memory } = this
    for (let ledger = memory.ledgersUsed - 1; ledger >= 0; ledger--) {
      if (memory.ownerOf(ledger) === thread) this.#giveUp(ledger, thread)
    }
    // The thread may have given up its turn, or a place, and died before it told the next one.
    this.#callAllKeys()
  }

  /** Gives up the places and turns of one ledger of `thread`, and wakes those who wait for them. */
  leave(ledger: number, thread: number): void {
    this.#giveUp(ledger, thread)
    this.#callAllKeys()
  }

  wake(): void {
    const { memory } = this
    for (let ledger = memory.ledgersUsed - 1; ledger >= 0; ledger--) {
      memory.core.wakeLimits(memory.ledgerAt(ledger))
    }
  }

  /**
   * The thread that is first in line is to look, unless it is that of the ledger `own`, or behind `ticket`.
   */
  callFirst(key: number, own: number, ticket = 0): void {
    const { first } = this.memory.firstInLine(key, own, ticket)
    if (first >= 0) this.memory.call(first, key)
  }

  /**
   * All threads that wait for the key, but that of `own`, are to look: there is a place again, or one that
   * had the turn has left. If only the first were called, and did not run, nobody would pass it over.
   */
  callAll(key: number, own = -1): void {
    const { memory } = this
    for (let ledger = memory.ledgersUsed - 1; ledger >= 0; ledger--) {
      if (ledger !== own && memory.ticketOf(ledger, key) !== 0) memory.call(ledger, key)
    }
  }

  #callAllKeys(): void {
    const { memory } = this
    for (let key = memory.fresh - 1; key >= 0; key--) if (memory.waitersOf(key) > 0) this.callAll(key)
  }

  #giveUp(ledger: number, thread: number): void {
    const { memory } = this
    const at = memory.ledgerAt(ledger)
    for (let key = memory.fresh - 1; key >= 0; key--) {
      const cell = memory.cellAt(ledger, key)
      // Another thread that recovers the same one was faster.
      if (untilDone(() => memory.core.giveUpCell(at, thread, memory.keyAt(key), cell, this.now())) !== DONE)
        return
    }
    memory.core.freeLimits(at, thread)
  }
}

/** The calls of this thread that wait for one key. */
export interface WaitingLine {
  /** The ticket and the weight of the oldest. */
  readonly first: { readonly ticket: number; readonly weight: number } | undefined
  /** One of them would take a grant. */
  readonly isReady: boolean
  /** Looks, as the thread was told to. */
  serve(): void
  rejectAll(error: () => Error): void
}

/** This thread at one limiter: its ledger, and its calls that wait. */
export class Attachment extends LimiterRecovery {
  readonly handle: LimitHandleData
  readonly label: string
  readonly ledger: number
  /** By the keys' numbers, the waiters of this thread. */
  readonly lines = new Map<number, WaitingLine>()
  /** The object of the user: calls that wait, and permits, keep it, so that `attach` finds the same one. */
  owner: object | undefined
  #isDetached = false
  #tookPlace = false
  #isListening = false

  constructor(handle: LimitHandleData, memory: LimitMemory) {
    super(memory, handle.base)
    this.handle = handle
    this.label = handle.name === '' ? 'the limiter' : `limiter '${handle.name}'`
    announceMemory(KIND, handle.id, handle)
    this.ledger = this.#claim()
    const self = new WeakRef(this)
    others.recoverables.set(handle.id, () => self.deref())
    collected.register(this, { id: handle.id, memory, base: handle.base, ledger: this.ledger }, this)
  }

  /** @throws DetachedError */
  check(): void {
    if (!this.#isDetached) return
    throw new DetachedError(`this thread has detached from ${this.label}: attach(handle) attaches it anew`)
  }

  get isDetached(): boolean {
    return this.#isDetached
  }

  /** The last grant took a place. To be read at once: by then the key may be another. */
  get tookPlace(): boolean {
    return this.#tookPlace
  }

  /** Calls that wait are rejected, places given back. */
  detach(): void {
    if (this.#isDetached) return
    this.#isDetached = true
    collected.unregister(this)
    others.recoverables.delete(this.handle.id)
    for (const line of [...this.lines.values()]) line.rejectAll(() => this.#detachedError())
    leave(this.handle.id, this, this.ledger)
  }

  #detachedError(): DetachedError {
    return new DetachedError(`this thread has detached from ${this.label} while the call waited`)
  }

  /** One line: grants, if it is due and `ticket` is not behind others. */
  grant(
    key: number,
    hash: KeyHash,
    weight: number,
    now: number,
    credit: number,
    takesPlace: boolean,
  ): number {
    const { memory, ledger } = this
    const at = memory.keyAt(key)
    const cell = memory.cellAt(ledger, key)
    const place = takesPlace ? 1 : 0
    let answer = memory.core.grant(at, ...hash, cell, weight, now, credit, place)
    if (answer === BUSY) {
      answer = untilDone(() => memory.core.grant(at, ...hash, cell, weight, now, credit, place))
    }
    this.#tookPlace = answer === PLACED
    return answer === PLACED ? DONE : answer
  }

  /** The oldest waiter of this thread for the key has this ticket; 0: there is none. */
  stand(key: number, hash: KeyHash, ticket: number, weight: number): number {
    const { memory, ledger } = this
    const at = memory.keyAt(key)
    const cell = memory.cellAt(ledger, key)
    const before = memory.ticketOf(ledger, key)
    // As it was until now, unless it was not in line.
    const place = ticket === 0 || (before !== 0 && (before & PASSED) === 0) ? before : ticket
    const isFirst = memory.firstInLine(key, ledger, place).first < 0 ? 1 : 0
    return untilDone(() => memory.core.standInLine(at, ...hash, cell, ticket, weight, this.now(), isFirst))
  }

  /** Waits asynchronously for wakes, while a call of this thread waits. */
  listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    const index = this.memory.asyncWakeIndex(this.ledger)
    for (;;) {
      // A waker sets the key's word and then moves the epoch: the word is seen here, or the sleep ends.
      const epoch = Atomics.load(this.memory.words, index)
      for (const [key, line] of this.lines) if (this.memory.takeCall(this.ledger, key)) line.serve()
      if (this.lines.size === 0) break
      const wait = waitAsync(this.memory.words, index, epoch)
      if (!wait.async) continue
      // The sleep cannot be cancelled: it may outlive the calls, and must not keep an unused limiter.
      const self = new WeakRef(this)
      void wait.value.then(() => self.deref()?.woken())
      return
    }
    this.#isListening = false
  }

  private woken(): void {
    this.#isListening = false
    if (this.lines.size > 0) this.listen()
  }

  #claim(): number {
    const { memory } = this
    for (const hasRecovered of [false, true]) {
      for (let ledger = 0; ledger < memory.geometry.maxThreads; ledger++) {
        const at = memory.ledgerAt(ledger)
        if (untilDone(() => memory.core.claimLimits(at, ledger, thisThread)) === DONE) return ledger
      }
      if (!hasRecovered) for (const thread of registry().dead.keys()) this.recover(thread + 1)
    }
    const { maxThreads } = memory.geometry
    throw new TooManyThreadsError(
      `${this.label} has ${maxThreads} threads attached already, which is its maxThreads`,
    )
  }
}

openBy(KIND, LimiterRecovery.open)

interface Left {
  readonly id: string
  readonly ledger: number
  readonly memory: LimitMemory
  readonly base: number
}

/** An attachment that nothing refers to has neither waiters nor permits that could be used. */
const collected = new FinalizationRegistry<Left>(({ id, memory, base, ledger }) => {
  leave(id, new LimiterRecovery(memory, base), ledger)
})

/** The thread may be attached again already, by another ledger. */
function leave(id: string, memory: LimiterRecovery, ledger: number): void {
  memory.leave(ledger, thisThread)
  if (others.recoverables.get(id)?.() !== undefined) return
  others.recoverables.delete(id)
  announceDetached(id)
}

import { GONE, PASSED } from '../core/index.ts'
import { AbortError } from '../errors.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import { type Linked, LinkedList, onAbort, ref, unref } from '../wait/index.ts'
import type { Attachment, WaitingLine } from './attachment.ts'
import { GRANTED, look, UNTIL_WOKEN, type Wish } from './turn.ts'

const NS = 1e6
const LONGEST_TIMER_MS = 0x7fffffff

/** A call that waits asynchronously. */
export interface Waiting {
  readonly wish: Wish
  /** False: it takes no grant now. It looks again when `serve` is called. */
  isReady?(): boolean
  granted(): void
  reject(error: unknown): void
}

export interface WaitLimits {
  /** In ms; Infinity: none. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  readonly lapse: () => Error
}

interface Waiter extends Linked<Waiter> {
  readonly call: Waiting
  readonly ticket: number
  /** In ns. */
  readonly arrivedAt: number
  timer: NodeJS.Timeout | undefined
  offAbort: (() => void) | undefined
}

/** How calls have left the line since it last told others. */
type Left = 'none' | 'granted' | 'given up'

/** Keeps lines with waiters in memory: their callers may reference nothing but a promise. */
const waiting = new Set<Line>()

/** The calls of this thread that wait for one key, in the order in which they came. */
export class Line implements WaitingLine {
  readonly #attachment: Attachment
  readonly #key: number
  readonly #waiters = new LinkedList<Waiter>()
  #timer: NodeJS.Timeout | undefined
  #serving = false

  constructor(attachment: Attachment, key: number) {
    this.#attachment = attachment
    this.#key = key
  }

  /** Adds a call behind the others. False if the key was evicted meanwhile. */
  static add(attachment: Attachment, call: Waiting, limits: WaitLimits): boolean {
    const { weight } = call.wish
    const { key, hash } = call.wish.found
    const known = attachment.lines.get(key) as Line | undefined
    const ticket = attachment.memory.core.drawTicket()
    // From here on the key has a waiter, and is not evicted.
    if (known === undefined && attachment.stand(key, hash, ticket, weight) === GONE) return false
    const line = known ?? new Line(attachment, key)
    if (known === undefined) attachment.lines.set(key, line)
    line.#add(call, ticket, limits)
    return true
  }

  /** The ticket and the weight of the first call that is ready; if none is, of the first one, passed over. */
  get first(): { readonly ticket: number; readonly weight: number } | undefined {
    const ready = this.#firstReady()
    const first = ready ?? this.#waiters.first
    if (first === undefined) return undefined
    return { ticket: first.ticket | (ready === undefined ? PASSED : 0), weight: first.call.wish.weight }
  }

  get isReady(): boolean {
    return this.#firstReady() !== undefined
  }

  /** Settles as many calls as are due, and waits for the others. */
  serve(): void {
    if (this.#serving) return
    this.#serving = true
    clearTimeout(this.#timer)
    let left: Left = 'none'
    let next = UNTIL_WOKEN
    try {
      for (let one = this.#firstReady(); one !== undefined; one = this.#firstReady()) {
        next = look(this.#attachment, one.call.wish, one.ticket, one.arrivedAt)
        if (next !== GRANTED) break
        left = 'granted'
        this.#remove(one)
        one.call.granted()
        next = UNTIL_WOKEN
      }
    } finally {
      this.#serving = false
    }
    this.#rest(left, next)
  }

  rejectAll(error: () => Error): void {
    for (const one of this.#waiters.toArray()) {
      this.#remove(one)
      one.call.reject(error())
    }
    this.#rest('given up', UNTIL_WOKEN)
  }

  /** A call that is not ready is passed over: what makes it ready may wait behind it. */
  #firstReady(): Waiter | undefined {
    let one = this.#waiters.first
    while (one?.call.isReady?.() === false) one = one.next
    return one
  }

  #add(call: Waiting, ticket: number, { timeout, signal, lapse }: WaitLimits): void {
    const attachment = this.#attachment
    const one: Waiter = {
      ...{ call, ticket, arrivedAt: attachment.now(), timer: undefined, offAbort: undefined },
      ...{ previous: undefined, next: undefined, isLinked: false },
    }
    if (timeout !== Number.POSITIVE_INFINITY) {
      one.timer = setTimeout(() => {
        attachment.memory.countRefusal(attachment.ledger)
        this.#drop(one, lapse())
      }, timeout)
    }
    if (signal !== undefined)
      one.offAbort = onAbort(signal, () => this.#drop(one, new AbortError(signal.reason)))
    this.#waiters.append(one)
    ref()
    this.#tell()
    waiting.add(this)
    const ready = this.#firstReady()
    if (ready === one || ready === undefined) this.serve()
  }

  /** The turn of the call goes to the next one. */
  #drop(one: Waiter, error: Error): void {
    const wasFirst = this.#waiters.first === one
    if (!this.#remove(one)) return
    one.call.reject(error)
    if (wasFirst && !this.#serving) {
      this.#rest('given up', UNTIL_WOKEN)
      this.serve()
    }
  }

  #remove(one: Waiter): boolean {
    if (!this.#waiters.remove(one)) return false
    clearTimeout(one.timer)
    one.offAbort?.()
    unref()
    this.#tell()
    return true
  }

  /** After calls were served, or have left: waits for the others, and tells the threads that are next. */
  #rest(left: Left, lookAt: number): void {
    const attachment = this.#attachment
    const ready = this.#firstReady()
    const first = ready ?? this.#waiters.first
    const { memory, ledger } = attachment
    const hash = first?.call.wish.found.hash ?? memory.hashOf(this.#key)
    const standing = this.first
    const ticket = ready?.ticket ?? 0
    if (left !== 'none') {
      attachment.stand(this.#key, hash, standing?.ticket ?? 0, standing?.weight ?? 0)
      if (left === 'granted') attachment.callFirst(this.#key, attachment.ledger, ticket)
      else attachment.callAll(this.#key, attachment.ledger)
    } else if (ready === undefined && standing !== undefined) {
      if (memory.ticketOf(ledger, this.#key) !== standing.ticket) {
        attachment.stand(this.#key, hash, standing.ticket, standing.weight)
        attachment.callFirst(this.#key, ledger)
      }
    }
    clearTimeout(this.#timer)
    if (first === undefined) {
      attachment.lines.delete(this.#key)
      waiting.delete(this)
      return
    }
    if (lookAt !== UNTIL_WOKEN) {
      // Rounded down: what is left is below one ms, and timers come late, never early.
      const ms = Math.min(Math.max(1, Math.floor((lookAt - attachment.now()) / NS)), LONGEST_TIMER_MS)
      this.#timer = setTimeout(() => this.serve(), ms)
    }
    // It comes last: it may serve this line, which then has no call any more.
    attachment.listen()
  }

  #tell(): void {
    const { memory, ledger } = this.#attachment
    memory.setWaiting(ledger, this.#key, this.#waiters.size)
  }
}

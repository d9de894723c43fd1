/** The part of the frontier that belongs to one origin. */
import type { Failure } from './outcome.ts'
import type { Attempt } from './result.ts'
import type { RetryRules } from './retries.ts'

/** A URL that the frontier knows. */
export interface Known {
  readonly url: string
  readonly lane: Lane
  /** The fewest links from a seed that were found so far. */
  depth: number
  readonly hops: number
  /** Requests that were handed out for it. */
  attempt: number
  state: 'queued' | 'taken' | 'in flight' | 'delayed' | 'finished'
  /** The quiets of its host that had begun when it was handed out last. */
  quietsBefore: number
  history: readonly Attempt[] | undefined
  /** Where a finished page links to, as long as a shorter way to it can matter. */
  links: readonly string[] | undefined
}

/** Rules of an origin, from its robots.txt. */
export interface Rules {
  /** The reason why a URL is not to be fetched, if it is not. */
  refusal(url: string): Failure | undefined
  /** Requests that may be handed out at once, those that wait for their grant too. */
  readonly places: number
}

export class Lane {
  readonly origin: string
  readonly host: string
  /** Undefined until robots.txt was read; nothing is handed out before. */
  rules: Rules | undefined
  isAsked = false
  inFlight = 0
  /** While it is set, nothing is handed out. */
  isQuiet = false
  /** Times that the host asked for quiet with no other answer in between. */
  stalls = 0
  /** Quiets that have begun. */
  quietsBegun = 0
  /** Set once the host is given up: everything queued has failed by this. */
  givenUp: Failure | undefined
  #size = 0
  /** The end of the quiet that lasts longest. */
  #quietUntil = 0
  #quiets = 0
  readonly #depths: Fifo[] = []

  constructor(origin: string) {
    this.origin = origin
    this.host = new URL(origin).host
  }

  /** URLs that are queued. */
  get size(): number {
    return this.#size
  }

  hasRoom(): boolean {
    if (this.givenUp !== undefined) return true
    return this.rules !== undefined && this.inFlight < this.rules.places && !this.isQuiet
  }

  push(known: Known): void {
    known.state = 'queued'
    this.#size++
    this.#at(known.depth).push(known)
  }

  /** The depth of a queued URL is now `depth`. Its old entry stays, and is passed over later. */
  raise(known: Known, depth: number): void {
    known.depth = depth
    this.#at(depth).push(known)
  }

  /** The lowest depth of what is queued; Infinity if nothing is. */
  depth(): number {
    const depth = this.#depths.findIndex((fifo, at) => fifo?.first(at) !== undefined)
    return depth === -1 ? Number.POSITIVE_INFINITY : depth
  }

  /** Takes the URL of the lowest depth, the first one of these. */
  shift(): Known | undefined {
    const depth = this.depth()
    const known = this.#depths[depth]?.first(depth)
    if (known === undefined) return undefined
    this.#depths[depth]?.shift()
    this.#size--
    known.state = 'taken'
    return known
  }

  drain(): Known[] {
    const all: Known[] = []
    for (let known = this.shift(); known !== undefined; known = this.shift()) all.push(known)
    return all
  }

  /**
   * Notes the failure of a request that was handed out after `quietsBefore` quiets had begun, and would be
   * made again after `delay` ms. Returns ms after which `endQuiet` is to be called, or 0. Requests that were
   * out when the host asked for quiet may bring the same answer: together they count once.
   */
  noteFailure(failure: Failure, quietsBefore: number, delay: number, rules: RetryRules): number {
    if (failure.class !== 'throttled') {
      // A host that did not answer has not taken back that it wants quiet.
      if (failure.status !== undefined) this.stalls = 0
      return 0
    }
    // No clock is asked: timers may be early, so a request may be handed out before `#quietUntil`.
    if (this.stalls === 0 || quietsBefore === this.quietsBegun) this.stalls++
    if (this.stalls >= rules.maxStalls || (failure.retryAfterMs ?? 0) > rules.maxQuietMs) {
      this.givenUp = { ...failure, message: `${failure.message}; the host is given up`, mayPass: false }
      return 0
    }
    const now = performance.now()
    if (this.isQuiet && now + delay <= this.#quietUntil) return 0
    this.#quietUntil = now + delay
    this.#quiets++
    this.quietsBegun++
    this.isQuiet = true
    return delay
  }

  /** One of the quiets is over. */
  endQuiet(): void {
    this.#quiets--
    this.isQuiet = this.#quiets > 0
  }

  #at(depth: number): Fifo {
    while (this.#depths.length <= depth) this.#depths.push(new Fifo())
    return this.#depths[depth] as Fifo
  }
}

class Fifo {
  #items: Known[] = []
  #head = 0

  push(known: Known): void {
    this.#items.push(known)
  }

  /** The first entry that still holds: its URL is queued, at this depth. */
  first(depth: number): Known | undefined {
    for (; this.#head < this.#items.length; this.shift()) {
      const known = this.#items[this.#head] as Known
      if (known.state === 'queued' && known.depth === depth) return known
    }
    return undefined
  }

  shift(): void {
    this.#head++
    if (this.#head < 1000 && this.#head < this.#items.length) return
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}

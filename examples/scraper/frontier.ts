/**
 * The frontier: the one place that knows which URLs were seen, and which are to be fetched. "Not seen" and
 * "queued" are one step here, so no URL is queued twice, whatever the number of threads that find it.
 */
import type { Known } from './lane.ts'
import { Lanes, type LanesOptions } from './lanes.ts'
import type { Failure, Outcome, PageRequest } from './outcome.ts'
import { Redirects } from './redirects.ts'
import type { FailedResult, Result } from './result.ts'
import { backoff, mayTryAgain, RETRY_RULES, type RetryRules } from './retries.ts'

export interface FrontierOptions {
  /** URLs that are asked for, redirect targets and further attempts not counted. */
  readonly maxPages: number
  /** Links from a seed. */
  readonly maxDepth: number
  /** URLs that are remembered; later ones are dropped and counted. */
  readonly maxSeen?: number
  readonly isInScope: (url: string) => boolean
  readonly rulesOf: LanesOptions['rulesOf']
  /** Called once for each URL that is finished. */
  readonly onResult: (result: Result) => void
  readonly retries?: Partial<RetryRules> | undefined
}

export interface FrontierCounts {
  /** URLs that were found and are in scope. */
  readonly seen: number
  /** URLs that are to be fetched, those that wait for a further attempt too. */
  readonly queued: number
  readonly inFlight: number
  readonly finished: number
  /** URLs that were dropped, since there were enough pages. */
  readonly left: number
}

/**
 * A source of requests, the lowest depth first, and hosts in turn. It has no bound of its own: what is queued
 * here fills no window of a stage. It ends by itself, once nothing is queued, delayed or in flight.
 *
 * Every request that was handed out must come back by `settle`, exactly once. The death of a thread on the
 * way is not seen here: the pipeline delivers again, and gives one result for each item.
 */
export class Frontier implements AsyncIterable<PageRequest> {
  readonly #options: FrontierOptions
  readonly #retries: RetryRules
  readonly #known = new Map<string, Known>()
  readonly #lanes: Lanes
  readonly #redirects = new Redirects()
  /** By the number of the request, from 0 in the order in which they were handed out. */
  readonly #handed = new Map<number, Known>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #start = performance.now()
  #requests = 0
  /** URLs that count for maxPages. */
  #begun = 0
  #delayed = 0
  #finished = 0
  #left = 0
  #isStopped = false
  #error: unknown
  #wake = () => {}

  constructor(options: FrontierOptions) {
    this.#options = options
    this.#retries = { ...RETRY_RULES, ...options.retries }
    this.#lanes = new Lanes({
      rulesOf: options.rulesOf,
      retries: this.#retries,
      later: (ms, then) => this.#later(ms, then),
      onChange: () => this.#wake(),
      onError: (error) => {
        this.#error ??= error
      },
    })
  }

  /** Takes up links. Those that are known become nearer, if this way is shorter. */
  add(urls: Iterable<string>, depth: number): void {
    for (const url of urls) this.#add(url, depth, 0)
    this.#wake()
  }

  /** Takes up the results of a run that was stopped: what is finished is not fetched again. */
  restore(results: readonly Result[]): void {
    const isNew = results.filter((result) => this.#restoreOne(result))
    for (const result of isNew) {
      if (result.kind === 'page') this.add(result.links, result.depth + 1)
      if (result.kind === 'redirect') this.#add(result.to, result.depth, result.hops + 1)
    }
  }

  /**
   * Takes the result of the request with that number, from 0 in the order in which they were handed out. Its
   * links are queued before it is finished.
   */
  settle(number: number, outcome: Outcome): void {
    const known = this.#handed.get(number)
    if (known === undefined) throw new Error(`request ${number} is not in flight`)
    if (outcome.kind === 'failed') this.#failed(known, outcome.failure)
    else {
      known.lane.stalls = 0
      if (outcome.kind === 'page') this.#fetched(known, outcome)
      else this.#redirected(known, outcome)
    }
    known.lane.inFlight--
    this.#handed.delete(number)
    this.#wake()
  }

  /** Hands out no more. Requests in flight may still be settled. */
  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#wake()
  }

  counts(): FrontierCounts {
    return {
      seen: this.#known.size,
      queued: this.#lanes.size() + this.#delayed,
      inFlight: this.#handed.size,
      finished: this.#finished,
      left: this.#left,
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<PageRequest> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.stop()
        return { done: true, value: undefined }
      },
    }
  }

  async #next(): Promise<IteratorResult<PageRequest>> {
    for (;;) {
      if (this.#error !== undefined && !this.#isStopped) throw this.#error
      if (this.#isStopped) return { done: true, value: undefined }
      const known = this.#take()
      if (known !== undefined) return { done: false, value: this.#handOut(known) }
      if (this.#lanes.isEmpty && this.#delayed === 0 && this.#handed.size === 0) {
        return { done: true, value: undefined }
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The next URL that may be fetched now. Those that are refused on the way are finished. */
  #take(): Known | undefined {
    for (;;) {
      const known = this.#lanes.shift()
      if (known === undefined) return undefined
      const refusal = known.lane.givenUp ?? known.lane.rules?.refusal(known.url)
      if (refusal === undefined) return known
      this.#finish(known, this.#failure(known, refusal))
    }
  }

  #handOut(known: Known): PageRequest {
    const { url, lane, depth, hops } = known
    lane.inFlight++
    this.#handed.set(this.#requests++, known)
    if (isFresh(known) && ++this.#begun === this.#options.maxPages) this.#leaveFresh()
    known.state = 'in flight'
    known.quietsBefore = lane.quietsBegun
    const attempt = ++known.attempt
    return { url, host: lane.host, depth, attempt, hops }
  }

  /** There are enough pages: only redirect targets and further attempts of these go on. */
  #leaveFresh(): void {
    for (const known of this.#lanes.drain()) {
      if (isFresh(known)) this.#left++
      else this.#lanes.push(known)
    }
  }

  #add(url: string, depth: number, hops: number): void {
    const known = this.#known.get(url)
    if (known !== undefined) {
      this.#raise(known, depth)
      return
    }
    const { maxPages, maxDepth, maxSeen = 1_000_000, isInScope } = this.#options
    if (depth > maxDepth || !isInScope(url)) return
    if (this.#known.size >= maxSeen || (hops === 0 && this.#begun >= maxPages)) {
      this.#left++
      return
    }
    const lane = this.#lanes.of(url)
    const added: Known = { ...NEW, url, lane, depth, hops }
    this.#known.set(url, added)
    this.#lanes.push(added)
  }

  /**
   * A shorter way to a known URL was found. Its links are nearer then as well, and may now be within
   * maxDepth. So the set of pages does not depend on the order in which they were fetched.
   */
  #raise(first: Known, depth: number): void {
    const nearer: [Known, number][] = [[first, depth]]
    for (let next = nearer.pop(); next !== undefined; next = nearer.pop()) {
      const [known, to] = next
      if (to >= known.depth) continue
      if (known.state === 'queued') known.lane.raise(known, to)
      else known.depth = to
      const target = this.#redirects.of(known.url)
      const leads = known.links ?? (target === undefined ? [] : [target])
      const [linkDepth, hops] = known.links === undefined ? [to, known.hops + 1] : [to + 1, 0]
      for (const link of leads) {
        const linked = this.#known.get(link)
        if (linked === undefined) this.#add(link, linkDepth, hops)
        else nearer.push([linked, linkDepth])
      }
    }
  }

  #fetched(known: Known, { status, bytes, ms, page }: Outcome & { kind: 'page' }): void {
    this.add(page.links, known.depth + 1)
    if (Number.isFinite(this.#options.maxDepth)) known.links = page.links
    this.#finish(known, { kind: 'page', ...common(known), status, bytes, ms, ...page })
  }

  #redirected(known: Known, { status, to }: Outcome & { kind: 'redirect' }): void {
    const added = this.#redirects.add(known.url, to, known.hops)
    if (typeof added === 'string') {
      this.#add(added, known.depth, known.hops + 1)
      this.#finish(known, { kind: 'redirect', ...common(known), status, to: added })
    } else {
      this.#finish(known, this.#failure(known, { ...added, status }))
    }
  }

  #failed(known: Known, failure: Failure): void {
    const { lane, attempt, quietsBefore } = known
    const delay = backoff(failure, attempt, this.#retries)
    const quiet = lane.noteFailure(failure, quietsBefore, delay, this.#retries)
    if (quiet > 0) this.#later(quiet, () => lane.endQuiet())
    if (lane.givenUp !== undefined || !mayTryAgain(failure, attempt, this.#retries)) {
      this.#finish(known, this.#failure(known, failure))
      return
    }
    // After a stop this is not the last word on the URL: the next run asks for it again.
    this.#note(known, failure)
    known.state = 'delayed'
    this.#delayed++
    this.#later(delay, () => {
      this.#delayed--
      this.#lanes.push(known)
    })
  }

  #note(known: Known, failure: Failure): void {
    const atMs = Math.round(performance.now() - this.#start)
    known.history = [...(known.history ?? []), { class: failure.class, message: failure.message, atMs }]
  }

  #failure(known: Known, failure: Failure): FailedResult {
    this.#note(known, failure)
    const { class: failureClass, message, status } = failure
    return {
      kind: 'failed',
      ...common(known),
      class: failureClass,
      message,
      ...(status === undefined ? {} : { status }),
      history: known.history ?? [],
    }
  }

  #finish(known: Known, result: Result): void {
    known.state = 'finished'
    known.history = undefined
    this.#finished++
    this.#options.onResult(result)
  }

  /** Returns false for a URL that is there already. */
  #restoreOne(result: Result): boolean {
    const { url, depth, hops, attempts } = result
    if (this.#known.has(url)) return false
    const links = result.kind === 'page' && Number.isFinite(this.#options.maxDepth) ? result.links : undefined
    const lane = this.#lanes.of(url)
    this.#known.set(url, { ...NEW, url, lane, depth, hops, attempt: attempts, state: 'finished', links })
    if (result.kind === 'redirect') this.#redirects.add(url, result.to, 0)
    if (attempts > 0 && hops === 0) this.#begun++
    this.#finished++
    return true
  }

  #later(ms: number, then: () => void): void {
    if (this.#isStopped) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      then()
      this.#wake()
    }, ms)
    this.#timers.add(timer)
  }
}

const NEW = { attempt: 0, state: 'queued', quietsBefore: 0, history: undefined, links: undefined } as const

function common({ url, depth, hops, attempt }: Known) {
  return { url, depth, hops, attempts: attempt }
}

function isFresh({ attempt, hops }: Known): boolean {
  return attempt === 0 && hops === 0
}

/** How fast a host is asked: one budget for all threads, by the host's own wish if that is slower. */
import { KeyedRateLimiter } from '../../src/index.ts'
import type { FetchSettings } from './fetch.ts'
import type { Rules } from './lane.ts'
import type { Failure } from './outcome.ts'
import { RobotsCache } from './robots.ts'
import { hostOf } from './urls.ts'

export interface PolitenessOptions {
  /** Requests a second to one host. */
  readonly rate: number
  /** Requests under way to one host. */
  readonly places: number
  /** For robots.txt. */
  readonly settings: FetchSettings
}

/** A host that asks for a longer pause gets this one. */
const MAX_DELAY_MS = 60_000
const MAX_HOSTS = 10_000

export class Politeness {
  readonly limiter: KeyedRateLimiter
  /** For the requests for robots.txt of a host whose quota is not known yet: redirects, further attempts. */
  readonly #firstRequests: KeyedRateLimiter
  readonly #places: number
  readonly #robots: RobotsCache
  readonly #signal: AbortSignal | undefined
  readonly #ownDelayMs: number
  /** Pauses in ms that hosts ask for in their robots.txt, where they are longer than the own ones. */
  readonly #delays = new Map<string, number>()
  readonly #hosts = new Set<string>()

  constructor({ rate, places, settings }: PolitenessOptions) {
    this.#places = places
    this.#ownDelayMs = 1000 / rate
    this.#signal = settings.signal
    this.limiter = new KeyedRateLimiter({
      limit: (host: string) => {
        const delay = this.#delays.get(host)
        return delay === undefined
          ? { limit: rate, interval: 1000, concurrency: places }
          : { limit: 1, interval: delay, concurrency: 1 }
      },
      maxKeys: MAX_HOSTS,
    })
    this.#firstRequests = new KeyedRateLimiter({
      limit: rate,
      interval: 1000,
      concurrency: 1,
      maxKeys: MAX_HOSTS,
    })
    this.#robots = new RobotsCache({
      ...settings,
      // The frontier decides when a host that gave no answer is asked again.
      retryMs: 0,
      grant: (url) => this.#grant(hostOf(url)),
    })
  }

  /** The rules of an origin, or the reason why they are not known. */
  async rulesOf(origin: string): Promise<Rules | Failure> {
    const host = hostOf(origin)
    const robots = await this.#robots.of(`${origin}/`)
    const failure = robots.failureOf(`${origin}/`)
    if (failure !== undefined && (failure.mayPass || failure.class !== 'robots')) return failure
    const { crawlDelayMs } = robots
    if (crawlDelayMs !== undefined && crawlDelayMs > this.#ownDelayMs && !this.#hosts.has(host)) {
      this.#delays.set(host, Math.min(crawlDelayMs, MAX_DELAY_MS))
    }
    if (!this.#hosts.has(host)) {
      // The last request for robots.txt is paid for now: the quota of the host is known only by its answer.
      // This also fixes the quota, which threads cannot ask for.
      this.#hosts.add(host)
      const permit = this.limiter.tryAcquire(host)
      if (permit !== false) permit[Symbol.dispose]()
    }
    const isSlow = this.#delays.has(host)
    // Twice the places, so that a request waits at the limiter when its turn comes.
    return {
      refusal: (url) => robots.failureOf(url),
      places: isSlow ? 1 : 2 * this.#places,
    }
  }

  async #grant(host: string): Promise<Disposable> {
    const wait = this.#signal === undefined ? {} : { signal: this.#signal }
    if (!this.#hosts.has(host)) {
      const permit = await this.#firstRequests.acquire(host, wait)
      // The answer to another origin of the host may have come in the meantime.
      if (!this.#hosts.has(host)) return permit
      permit[Symbol.dispose]()
    }
    return await this.limiter.acquire(host, wait)
  }
}

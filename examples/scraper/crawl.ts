/**
 * A run of the scraper:
 *
 *   frontier (main thread) → fetchOne (threads, many calls each) → parseOne (threads) → frontier and results
 *
 * Fetching waits for the network, so two threads have many calls under way each. Parsing keeps a core busy,
 * so its threads are as many as the cores, with one call each.
 */
import { pipeline, progressBar, RunTimeoutError, ThreadError } from '../../src/index.ts'
import { DEFAULT_LIMITS, newAgent } from './fetch.ts'
import { fetchOne } from './fetch-stage.ts'
import { Frontier, type FrontierCounts } from './frontier.ts'
import { Journal, type Stopped } from './journal.ts'
import type { Failure, Outcome } from './outcome.ts'
import { parseOne } from './parse-stage.ts'
import { Politeness } from './politeness.ts'
import { Results, type Summary } from './results.ts'
import { RETRY_RULES, type RetryRules } from './retries.ts'
import { isOfOrigins, originOf } from './urls.ts'

export interface CrawlOptions {
  /** Normalised. Those of a run that goes on are added. */
  readonly seeds: readonly string[]
  readonly userAgent: string
  /** Requests under way at once. */
  readonly concurrency: number
  /** Requests under way to one host. */
  readonly perHost: number
  /** Requests a second to one host. */
  readonly rate: number
  readonly maxPages: number
  readonly maxDepth: number
  /** Threads that parse. */
  readonly threads: number
  readonly otherOrigins: boolean
  /** The NDJSON file. */
  readonly out?: string | undefined
  /** A run that goes on. */
  readonly resumed?: Stopped | undefined
  /** Its abort ends the run after what is in flight. */
  readonly signal: AbortSignal
  readonly showsProgress?: boolean
  /** ms that a server may be silent, 3 times as long for a whole page. */
  readonly timeoutMs: number
  readonly retries?: Partial<RetryRules> | undefined
}

export interface CrawlReport extends Summary {
  readonly counts: FrontierCounts
  readonly seconds: number
}

const FETCHING_THREADS = 2
/** ms that parsing a page may take. The largest one takes a second. */
const PARSE_TIMEOUT_MS = 20_000
/** ms that requests have to end after the run has failed. */
const GRACE_MS = 1000

export async function crawl(options: CrawlOptions): Promise<CrawlReport> {
  const { signal, resumed } = options
  const seeds = [...new Set([...(resumed?.seeds ?? []), ...options.seeds])]
  const start = performance.now()
  const results = new Results()
  const journal = options.out === undefined ? undefined : new Journal(options.out, resumed)
  const retries = { ...RETRY_RULES, ...options.retries }
  const limits = {
    ...DEFAULT_LIMITS,
    userAgent: options.userAgent,
    // A host that asks for more is given up, so the true value matters.
    maxRetryAfterMs: 2 ** 31 - 1,
    headersMs: options.timeoutMs,
    bodyMs: options.timeoutMs,
    totalMs: 3 * options.timeoutMs,
  }
  const ended = new AbortController()
  const agent = newAgent({ seeds, connectMs: options.timeoutMs })
  const politeness = new Politeness({
    rate: options.rate,
    places: options.perHost,
    settings: { ...limits, agent, signal: ended.signal },
  })
  const origins = new Set(seeds.map(originOf))
  const frontier = new Frontier({
    maxPages: options.maxPages,
    maxDepth: options.maxDepth,
    isInScope: (url) => options.otherOrigins || isOfOrigins(url, origins),
    rulesOf: (origin) => politeness.rulesOf(origin),
    onResult: (result) => {
      journal?.write(result)
      results.add(result)
    },
    retries,
  })
  const stop = () => {
    frontier.stop()
    ended.abort()
  }
  try {
    const news = options.seeds.filter((seed) => resumed?.seeds.includes(seed) !== true)
    if (news.length > 0 || resumed === undefined) journal?.write({ kind: 'run', seeds: news })
    for (const result of resumed?.results ?? []) results.add(result)
    frontier.restore(resumed?.results ?? [])
    frontier.add(seeds, 0)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    await pass(frontier, results, politeness, { ...options, seeds, limits, retries })
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
    journal?.close()
    await agent.destroy()
  }
  const seconds = (performance.now() - start) / 1000
  return { ...results.summary(), counts: frontier.counts(), seconds }
}

interface PassOptions extends CrawlOptions {
  readonly limits: typeof DEFAULT_LIMITS & { readonly userAgent: string }
  readonly retries: RetryRules
}

/** Passes the requests of the frontier through both stages, until it has no more. */
async function pass(
  frontier: Frontier,
  results: Results,
  { limiter }: Politeness,
  { concurrency, threads, seeds, limits, retries, showsProgress }: PassOptions,
): Promise<void> {
  const fetching = Math.min(FETCHING_THREADS, concurrency)
  const run = pipeline(frontier)
    .map(fetchOne, {
      threads: fetching,
      concurrency: Math.ceil(concurrency / fetching),
      // A request whose host must wait occupies no call, but it takes a place in the window.
      window: Math.max(2 * concurrency, 2 * fetching),
      grain: 1,
      ordered: false,
      rateLimit: limiter,
      key: 'host',
      args: {
        limiter,
        limits,
        seeds,
        connectMs: limits.headersMs,
        quietMs: retries.backoffMs,
        maxQuietMs: retries.maxQuietMs,
      },
      setup: 'openAgent',
      teardown: 'closeAgent',
      grace: GRACE_MS,
    })
    // Bodies may be large, so few of them wait here.
    .map(parseOne, { threads, window: 4 * threads, ordered: false, timeout: PARSE_TIMEOUT_MS })
  if (showsProgress) {
    const stats = () => {
      const { finished, queued, inFlight } = frontier.counts()
      const total = finished + queued + inFlight
      return { ...run.stats(), done: finished, total, failed: results.counts().failed, eta: undefined }
    }
    progressBar({ stats, on: (event, listener) => run.on(event, listener) }, { unit: 'URLs' })
  }
  for await (const settled of run.settled()) {
    const outcome: Outcome =
      'value' in settled ? settled.value : { kind: 'failed', failure: failureOf(settled.error) }
    frontier.settle(settled.index, outcome)
  }
}

/** A call that never came back: its threads died of it, or it took too long. */
function failureOf(error: unknown): Failure {
  const { message, cause } = error as Error
  const isLate = error instanceof RunTimeoutError || cause instanceof RunTimeoutError
  const isDeath = error instanceof ThreadError && (cause === undefined || cause instanceof ThreadError)
  const failureClass = isLate ? 'parse' : isDeath ? 'thread' : 'bad-response'
  return { class: failureClass, message, mayPass: false }
}

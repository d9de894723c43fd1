/** robots.txt, as RFC 9309 says: what may be fetched, and how fast. */
import robotsModule from 'robots-parser'
import { readBody, TooLargeError } from './body.ts'
import { exchange, type FetchSettings } from './exchange.ts'
import { failureOfStatus } from './failures.ts'
import type { Failure } from './outcome.ts'
import { relevantText } from './robots-text.ts'

// The package is CommonJS and its types say a module: the import is the function that they call `default`.
const robotsParser = robotsModule as unknown as typeof robotsModule.default

/** Rules of an origin. */
export interface Robots {
  /** The reason why the URL is not to be fetched, if it is not. */
  failureOf(url: string): Failure | undefined
  isAllowed(url: string): boolean
  /** The pause that the site asks for between two requests. */
  readonly crawlDelayMs: number | undefined
  /** The reason why the rules are not known; nothing is allowed then. */
  readonly unreachable: Failure | undefined
}

export interface RobotsOptions extends FetchSettings {
  /** Called before each request, those after a redirect too; its result is disposed of after the response. */
  readonly grant?: (url: string) => Promise<Disposable | undefined>
  readonly maxOrigins?: number
  /** How long rules are used before they are asked for again. */
  readonly keepMs?: number
  /** The same, when there was no answer. */
  readonly retryMs?: number
  /** A clock in ms. */
  readonly now?: () => number
}

/** A longer file is cut there: the RFC asks for 500 KiB. */
export const MAX_ROBOTS_BYTES = 512 * 1024

const MAX_REDIRECTS = 5
const DAY_MS = 86_400_000
const RETRY_MS = 60_000

interface Entry {
  readonly robots: Promise<Robots>
  /** Infinite until the answer is there. */
  until: number
}

/** The rules of origins, each fetched once, however many ask for it at a time. */
export class RobotsCache {
  readonly #options: RobotsOptions
  /** By origin, the least recently used first. */
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  constructor(options: RobotsOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** The rules for a URL. */
  of(url: string): Promise<Robots> {
    const { origin } = new URL(url)
    const kept = this.#entries.get(origin)
    const isFresh = kept !== undefined && this.#now() < kept.until
    const entry = isFresh ? kept : this.#ask(origin)
    this.#entries.delete(origin)
    this.#entries.set(origin, entry)
    if (this.#entries.size > (this.#options.maxOrigins ?? 1000)) {
      this.#entries.delete(this.#entries.keys().next().value as string)
    }
    return entry.robots
  }

  #ask(origin: string): Entry {
    const { keepMs = DAY_MS, retryMs = RETRY_MS } = this.#options
    const asked = fetchRobots(origin, this.#options)
    const entry: Entry = {
      until: Number.POSITIVE_INFINITY,
      robots: asked.then((answer) => {
        const isAnswered = typeof answer === 'string'
        entry.until = this.#now() + (isAnswered ? keepMs : retryMs)
        return isAnswered ? rulesOf(origin, answer, this.#options.userAgent) : unreachable(answer)
      }),
    }
    entry.robots.catch(() => {
      if (this.#entries.get(origin) === entry) this.#entries.delete(origin)
    })
    return entry
  }
}

/** The rules that a robots.txt has for a user agent. */
export function rulesOf(origin: string, text: string, userAgent: string): Robots {
  // Groups are named by products: `name/1.0 (+https://…)` obeys those of `name`.
  const product = /^[^\s/;()]+/.exec(userAgent)?.[0] ?? '*'
  const rules = robotsParser(`${origin}/robots.txt`, relevantText(text, product))
  const delay = rules.getCrawlDelay(product) ?? 0
  const isAllowed = (url: string) => rules.isAllowed(url, product) ?? true
  return {
    isAllowed,
    unreachable: undefined,
    crawlDelayMs: delay > 0 && Number.isFinite(delay) ? delay * 1000 : undefined,
    failureOf: (url) =>
      isAllowed(url) ? undefined : { class: 'robots', message: 'robots.txt disallows it', mayPass: false },
  }
}

/** An origin whose rules are not known: nothing may be fetched for now. */
function unreachable(cause: Failure): Robots {
  const failure: Failure = {
    ...cause,
    // A host that cannot be reached is reported as that, and not as one that forbids.
    class: cause.class === 'server-error' ? 'robots' : cause.class,
    message: `robots.txt: ${cause.message}`,
  }
  return { isAllowed: () => false, crawlDelayMs: undefined, unreachable: failure, failureOf: () => failure }
}

/** The text of an origin's robots.txt, empty if there is none. */
async function fetchRobots(origin: string, options: RobotsOptions): Promise<string | Failure> {
  let url = `${origin}/robots.txt`
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const permit = await options.grant?.(url)
    try {
      const answer = await askOnce(url, options)
      if ('failure' in answer) return answer.failure
      if ('text' in answer) return answer.text
      url = answer.to
    } finally {
      permit?.[Symbol.dispose]()
    }
  }
  return ''
}

type Answer = { readonly text: string } | { readonly to: string } | { readonly failure: Failure }

function askOnce(url: string, options: RobotsOptions): Promise<Answer> {
  return exchange(url, 'text/plain, */*;q=0.5', options, async (response): Promise<Answer> => {
    const { statusCode: status, headers, body } = response
    if (status >= 200 && status < 300) return { text: await textOf(body, headers['content-encoding']) }
    if (status >= 300 && status < 400) {
      const location = [headers.location ?? []].flat()[0]
      const isUrl = location !== undefined && URL.canParse(location, url)
      return isUrl ? { to: new URL(location, url).href } : { text: '' }
    }
    // The RFC counts 429 as "there is none". A site that is overloaded has rules nevertheless.
    if (status >= 400 && status < 500 && status !== 429) return { text: '' }
    return { failure: failureOfStatus(status, headers['retry-after'], options.maxRetryAfterMs) }
  })
}

async function textOf(
  body: AsyncIterable<Uint8Array>,
  encoding: string | string[] | undefined,
): Promise<string> {
  const decoder = new TextDecoder()
  try {
    return decoder.decode(await readBody(body, encoding, MAX_ROBOTS_BYTES))
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error
    const text = decoder.decode(error.bytes)
    // The last line may be a half of one.
    return text.slice(0, text.lastIndexOf('\n') + 1)
  }
}

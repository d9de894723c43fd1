/** Fetches pages. */
import { readBody, TooLargeError } from './body.ts'
import { exchange, type FetchSettings, type Response } from './exchange.ts'
import { failureOfStatus, ResponseError } from './failures.ts'
import type { Fetched, PageRequest } from './outcome.ts'

export { type AgentOptions, newAgent } from './agent.ts'
export { DEFAULT_LIMITS, type FetchLimits, type FetchSettings } from './exchange.ts'

const HTML = new Set(['text/html', 'application/xhtml+xml'])
const ACCEPT = 'text/html, application/xhtml+xml;q=0.9'
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Sends one request for a page. It does not wait for a grant: it is called when there is one. Failures are
 * results.
 * @throws the reason of `settings.signal` if it is aborted
 */
export async function fetchPage({ url }: PageRequest, settings: FetchSettings): Promise<Fetched> {
  const start = performance.now()
  const result = await exchange(url, ACCEPT, settings, async (response): Promise<Fetched> => {
    const { statusCode: status, headers } = response
    if (REDIRECTS.has(status)) return { kind: 'redirect', url, status, to: targetOf(url, response) }
    if (status < 200 || status > 299) {
      const failure = failureOfStatus(status, headers['retry-after'], settings.maxRetryAfterMs)
      return { kind: 'failed', url, failure }
    }
    const charset = htmlCharset(headers['content-type'])
    const body = await bodyOf(response, settings.maxBytes)
    return { kind: 'page', url, status, charset, body, ms: performance.now() - start }
  })
  return 'failure' in result && !('kind' in result)
    ? { kind: 'failed', url, failure: result.failure }
    : result
}

/** The absolute URL that a redirect leads to. */
function targetOf(url: string, { headers }: Response): string {
  const location = [headers.location ?? []].flat()[0]
  if (location === undefined) throw new ResponseError('bad-response', 'a redirect without Location')
  if (!URL.canParse(location, url)) {
    throw new ResponseError('bad-response', 'a redirect whose Location is no URL')
  }
  const target = new URL(location, url)
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new ResponseError(
      'redirects',
      `a redirect to ${target.protocol.slice(0, 20)}, which is not fetched`,
    )
  }
  return target.href
}

/**
 * The charset that the Content-Type header of an HTML page names.
 * @throws ResponseError if it is no HTML
 */
export function htmlCharset(header: string | readonly string[] | undefined): string | undefined {
  const [type = '', ...parameters] = ([header ?? ''].flat()[0] ?? '').split(';').map((part) => part.trim())
  if (!HTML.has(type.toLowerCase())) {
    const shown = type.replaceAll(/[^\w/.+-]+/g, ' ').slice(0, 50)
    throw new ResponseError('not-html', shown === '' ? 'no content type' : shown)
  }
  for (const parameter of parameters) {
    const charset = /^charset\s*=\s*["']?([\w.:+-]+)/i.exec(parameter)?.[1]
    if (charset !== undefined) return charset.toLowerCase()
  }
  return undefined
}

async function bodyOf({ body, headers }: Response, maxBytes: number): Promise<Uint8Array> {
  if (Number(headers['content-length']) > maxBytes) throw new TooLargeError(maxBytes, 'the body has')
  return await readBody(body, headers['content-encoding'], maxBytes)
}

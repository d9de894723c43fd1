/** A site on 127.0.0.1 to be scraped. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildPlan, DEFAULTS, type Given, robotsText } from './build.ts'
import { type ExpectedPage, expectedPages, type Reach } from './expected.ts'
import type { Plan, SiteOptions } from './plan.ts'

export type { ExpectedPage, Reach } from './expected.ts'
export type { Outcome, SiteOptions } from './plan.ts'

export interface LoggedRequest {
  /** With its query. */
  readonly path: string
  /** When it came, by `process.hrtime.bigint()`. */
  readonly at: bigint
  readonly userAgent: string
}

export interface Site {
  readonly origin: string
  /** In the order in which they came. */
  readonly requests: readonly LoggedRequest[]
  /** How often each path was asked for. */
  counts(): Map<string, number>
  /** Paths that no scraper asks for: they are in comments, in scripts and in other places without links. */
  isNever(path: string): boolean
  /** The pages that a scraper finds from the home page, by their URLs. */
  expected(reach: Reach): Map<string, ExpectedPage>
  /** Breaks all connections. */
  close(): Promise<void>
}

/** Starts a site. It has the same pages for the same options; only its port differs. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const given: Given = { ...DEFAULTS, ...options }
  const requests: LoggedRequest[] = []
  const attempts = new Map<string, number>()
  let plan: Plan
  const server = createServer((request, response) => {
    const at = process.hrtime.bigint()
    const path = pathOf(request.url ?? '/')
    requests.push({ path, at, userAgent: request.headers['user-agent'] ?? '' })
    attempts.set(path, (attempts.get(path) ?? 0) + 1)
    answer(plan, given, path, attempts.get(path) as number, request, response)
  })
  // A scraper may break a connection at any time.
  server.on('connection', (socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(given.port, '127.0.0.1', () => resolve())
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  plan = buildPlan(origin, given)
  return {
    origin,
    requests,
    counts: () => new Map(attempts),
    isNever: (path) => path.startsWith('/never/') || path === '/private/hidden',
    expected: (reach) => expectedPages(plan, reach),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(
  plan: Plan,
  given: Given,
  path: string,
  attempt: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (path === '/robots.txt') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end(robotsText(given))
    return
  }
  const entry = plan.entryAt(path)
  if (entry !== undefined) entry.answer({ request, response, attempt })
  else response.writeHead(404, { 'content-type': 'text/html' }).end('<title>Nothing here</title>')
}

/** Parameters of campaigns make no other page. */
function pathOf(target: string): string {
  const [path = '/', query] = target.split('?', 2)
  const kept = query?.split('&').filter((parameter) => !parameter.startsWith('utm_')) ?? []
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}

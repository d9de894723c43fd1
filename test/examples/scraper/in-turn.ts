/**
 * A crawler without threads, limits or a frontier: a list, and one request after the other. It shares with
 * the scraper how a request is sent and a page is read, and nothing of the rest.
 */
import { DEFAULT_LIMITS, fetchPage, newAgent } from '../../../examples/scraper/fetch.ts'
import type { Page } from '../../../examples/scraper/outcome.ts'
import { parsePage } from '../../../examples/scraper/parse.ts'
import { RobotsCache } from '../../../examples/scraper/robots.ts'
import { normalised } from '../../../examples/scraper/urls.ts'

interface Found {
  readonly outcome: string
  readonly page?: Page
}

const ATTEMPTS = 3
const HOPS = 10

/** All pages of the seed's origin, by path, at most `maxDepth` links from it. */
export async function crawlInTurn(seed: string, maxDepth: number): Promise<Record<string, Found>> {
  const { origin } = new URL(seed)
  const agent = newAgent({ seeds: [seed] })
  const limits = { ...DEFAULT_LIMITS, userAgent: 'in-turn', headersMs: 1500, bodyMs: 1500 }
  const settings = { ...limits, agent }
  const robots = await new RobotsCache(settings).of(seed)
  const found: Record<string, Found> = {}
  let level = [{ url: seed, hops: 0 }]
  const seen = new Set([seed])
  for (let depth = 0; depth <= maxDepth; depth++) {
    const next: typeof level = []
    const see = (url: string, hops: number, into: typeof level) => {
      if (seen.has(url) || !url.startsWith(`${origin}/`)) return
      seen.add(url)
      into.push({ url, hops })
    }
    for (const { url, hops } of level) {
      const path = url.slice(origin.length)
      if (!robots.isAllowed(url)) {
        found[path] = { outcome: 'robots' }
        continue
      }
      for (let attempt = 1; ; attempt++) {
        const fetched = await fetchPage({ url, host: '', depth, hops, attempt }, settings)
        if (fetched.kind === 'failed') {
          found[path] = { outcome: fetched.failure.class }
          if (!fetched.failure.mayPass || attempt === ATTEMPTS) break
        } else {
          if (fetched.kind === 'page') {
            const page = parsePage(fetched.body, fetched.charset, url)
            found[path] = { outcome: 'page', page }
            for (const link of page.links) if (depth < maxDepth) see(link, 0, next)
          } else if (hops === HOPS) found[path] = { outcome: 'redirects' }
          else {
            found[path] = { outcome: 'redirect' }
            see(normalised(fetched.to) ?? '', hops + 1, level)
          }
          break
        }
      }
    }
    level = next
  }
  await agent.destroy()
  return found
}

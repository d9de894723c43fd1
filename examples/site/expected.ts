/** Pages that a scraper finds, known from the plan alone. */
import type { Link, Outcome, Plan } from './plan.ts'

export interface ExpectedPage {
  readonly url: string
  /** Links from the home page to it, at least. A redirect counts as no link. */
  readonly depth: number
  readonly outcome: Outcome
  /** Requests until it has this outcome; 0 if robots.txt forbids it. */
  readonly attempts: number
  readonly title?: string
  /** URLs of http: and https:, each once. */
  readonly links: readonly string[]
  /** The circle of redirects that it is a part of: one redirect of a circle leads to what was met before. */
  readonly loop: string | undefined
}

export interface Reach {
  /** Pages so many links from the home page are fetched. */
  readonly maxDepth: number
  /** So many redirects in a row are followed. The next one has the outcome 'redirects'. */
  readonly maxHops?: number
  /** Links to other origins are followed too. */
  readonly otherOrigins?: boolean
}

interface Place {
  readonly url: string
  readonly depth: number
  readonly hops: number
}

/** The pages that are reached from the home page, by their URLs. */
export function expectedPages(plan: Plan, reach: Reach): Map<string, ExpectedPage> {
  const { maxDepth, maxHops = 10, otherOrigins = false } = reach
  const found = new Map<string, ExpectedPage>()
  // Places of one depth at a time: targets of redirects join those of their own depth.
  let level: Place[] = [{ url: `${plan.origin}/`, depth: 0, hops: 0 }]
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth++) {
    const next: Place[] = []
    for (const { url, hops } of level) {
      const isOurs = new URL(url).origin === plan.origin
      if (found.has(url) || !(isOurs || otherOrigins)) continue
      const page = isOurs ? ours(plan, url, depth, hops >= maxHops) : elsewhere(url, depth)
      found.set(url, page)
      const redirect = isOurs ? plan.entryAt(pathOf(url))?.redirect : undefined
      if (page.outcome === 'redirect' && redirect !== undefined) {
        level.push({ url: withoutCampaign(redirect), depth, hops: hops + 1 })
      }
      if (page.outcome === 'page') {
        next.push(...page.links.map((link) => ({ url: link, depth: depth + 1, hops: 0 })))
      }
    }
    level = next
  }
  return found
}

function ours(plan: Plan, url: string, depth: number, isLastHop: boolean): ExpectedPage {
  const entry = plan.entryAt(pathOf(url))
  const outcome = entry?.outcome ?? 'client-error'
  return {
    url,
    depth,
    outcome: outcome === 'redirect' && isLastHop ? 'redirects' : outcome,
    attempts: outcome === 'robots' ? 0 : (entry?.attempts ?? 1),
    ...(entry?.title === undefined ? {} : { title: entry.title }),
    links: urlsOf(entry?.links ?? []),
    loop: entry?.loop,
  }
}

/** Names elsewhere do not exist, and addresses are not public. */
function elsewhere(url: string, depth: number): ExpectedPage {
  const outcome = new URL(url).hostname.endsWith('.invalid') ? 'dns' : 'refused-address'
  return { url, depth, outcome, attempts: 0, links: [], loop: undefined }
}

function urlsOf(links: readonly Link[]): string[] {
  return [...new Set(links.flatMap(({ to }) => (to === undefined ? [] : [to])))]
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

/** A redirect's target, normalised as links are. */
function withoutCampaign(url: string): string {
  const target = new URL(url)
  target.hash = ''
  for (const name of [...target.searchParams.keys()]) {
    if (name.startsWith('utm_')) target.searchParams.delete(name)
  }
  return target.href
}

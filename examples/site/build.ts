/** The plan of a site from its options. */
import { faults, healing } from './faults.ts'
import { html } from './html.ts'
import { LINKS_ELSEWHERE, linkTo } from './links.ts'
import { oddPages } from './odd-pages.ts'
import { home, leaf, tree } from './pages.ts'
import { type Entry, type Link, type Plan, page, type SiteOptions } from './plan.ts'
import { endless, redirects } from './redirects.ts'

export type Given = Required<Omit<SiteOptions, 'crawlDelay'>> & Pick<SiteOptions, 'crawlDelay'>

export const DEFAULTS: Given = {
  pages: 300,
  seed: 1,
  port: 0,
  faults: true,
  slowMs: 300,
  hugeBytes: 8_000_000,
}

export function buildPlan(origin: string, options: Given): Plan {
  const pages = tree(origin, options.pages, options.seed)
  const groups = options.faults ? groupsOf(origin, options) : []
  const indexes = groups.map(({ index }) => index)
  const links = indexes.map(({ path }) => linkTo(origin, path))
  const entries = [
    home(origin, options.pages, links),
    ...pages,
    ...indexes,
    ...groups.flatMap((group) => group.entries),
  ]
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  if (byPath.size !== entries.length) throw new Error('two entries of the plan have the same path')
  const hasTraps = options.faults
  return {
    origin,
    entries: byPath,
    entryAt: (path) => byPath.get(path) ?? (hasTraps ? endless(origin, path) : undefined),
  }
}

interface Group {
  /** Links to the entries. */
  readonly index: Entry
  readonly entries: readonly Entry[]
}

function groupsOf(origin: string, { hugeBytes, slowMs }: Given): Group[] {
  const group = (name: string, entries: readonly Entry[], more: readonly Link[] = []): Group => {
    const isLinked = ({ path }: Entry) => !/^\/(?:leaf|private\/hidden|query|list|Leaf)|^\/paths\?/.test(path)
    const links = [...entries.filter(isLinked).map(({ path }) => linkTo(origin, path)), ...more]
    const title = `Index of ${name}`
    return { index: page(`/${name}`, title, links, html(title, links, title)), entries }
  }
  return [
    group('odd', oddPages(origin)),
    group('faults', faults(hugeBytes)),
    group('healing', healing(origin, slowMs)),
    group('redirects', redirects(origin), [linkTo(origin, '/chain/1')]),
    group('traps', [], [linkTo(origin, '/trap/1')]),
    group('private-index', privatePages(origin), [...LINKS_ELSEWHERE]),
  ]
}

/** The paths that robots.txt disallows, and one among them that it allows. */
export const DISALLOWED = '/private/'
export const ALLOWED = '/private/open'

function privatePages(origin: string): Entry[] {
  const links = [linkTo(origin, '/private/hidden')]
  const named = (path: string, title: string, to: readonly Link[]) =>
    page(path, title, to, html(title, to, title))
  const open = [linkTo(origin, '/leaf/behind-open')]
  return [
    ...['1', '2'].map((name) => ({
      ...named(`/private/${name}`, `Private ${name}`, links),
      outcome: 'robots' as const,
    })),
    { ...named('/private/hidden', 'Hidden', []), outcome: 'robots' },
    named(ALLOWED, 'Open', open),
    leaf('behind-open'),
  ]
}

export function robotsText({ crawlDelay }: Given): string {
  return `# The site
User-agent: unwelcome
Disallow: /

User-agent: *
Disallow: ${DISALLOWED}
Allow: ${ALLOWED}
${crawlDelay === undefined ? '' : `Crawl-delay: ${crawlDelay}\n`}`
}

import { get } from 'node:http'
import { Parser } from 'htmlparser2'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchPage } from '../../../examples/scraper/fetch.ts'
import type { Fetched } from '../../../examples/scraper/outcome.ts'
import { RobotsCache } from '../../../examples/scraper/robots.ts'
import { encode } from '../../../examples/site/charsets.ts'
import { type Site, type SiteOptions, startSite } from '../../../examples/site/server.ts'
import { interruptAt, run } from '../run.ts'
import { closeAll, pageRequest, settingsFor } from './servers.ts'

const sites: Site[] = []
afterEach(async () => {
  await closeAll()
  for (const site of sites.splice(0)) await site.close()
})

async function start(options: SiteOptions = {}): Promise<Site> {
  const site = await startSite({ pages: 40, slowMs: 20, ...options })
  sites.push(site)
  return site
}

const pathIn = (site: Site, url: string) => url.slice(site.origin.length)

/** Fetches an address as often as its outcome needs. */
async function outcomeOf(site: Site, url: string, attempts: number): Promise<[string[], Fetched]> {
  const headersMs = url.endsWith('/silent') ? 300 : 20_000
  const settings = settingsFor([site.origin], { headersMs, maxBytes: 5_000_000 })
  const outcomes: string[] = []
  let fetched: Fetched
  do {
    fetched = await fetchPage(pageRequest(url), settings)
    outcomes.push(fetched.kind === 'failed' ? fetched.failure.class : fetched.kind)
  } while (outcomes.length < attempts)
  return [outcomes, fetched]
}

/** The title and the links of a page, found with the charset that is known beforehand. */
function read(html: string, url: string): { title: string; links: string[] } {
  let title = ''
  let isTitle = false
  let base = url
  const links: string[] = []
  const parser = new Parser({
    onopentag(name, { href }) {
      isTitle = name === 'title'
      if (name === 'base' && href !== undefined) base = new URL(href, url).href
      if (name !== 'a' || href === undefined || !URL.canParse(href, base)) return
      const link = new URL(href, base)
      for (const key of [...link.searchParams.keys()]) {
        if (key.startsWith('utm_')) link.searchParams.delete(key)
      }
      Object.assign(link, { hash: '', username: '', password: '' })
      if (/^https?:$/.test(link.protocol)) links.push(link.href)
    },
    ontext(text) {
      if (isTitle) title += text
    },
    onclosetag() {
      isTitle = false
    },
  })
  parser.end(html)
  return { title, links: [...new Set(links)] }
}

const CHARSETS: Record<string, string> = {
  '/charset/windows-1251': 'windows-1251',
  '/charset/shift-jis': 'shift_jis',
  '/charset/shift-jis-meta': 'shift_jis',
  '/charset/utf-16': 'utf-16le',
}

describe('the plan of a site', () => {
  it('says how each address answers, after how many requests', async () => {
    const site = await start()
    const expected = [...site.expected({ maxDepth: 4 }).values()]
    const wrong: unknown[] = []
    for (const { url, outcome, attempts } of expected) {
      if (outcome === 'robots' || url.includes('/chain/')) continue
      const [outcomes] = await outcomeOf(site, url, attempts)
      if (outcomes.at(-1) !== outcome || outcomes.indexOf(outcome) !== attempts - 1) {
        wrong.push([url, outcome, outcomes])
      }
    }
    expect(wrong).toEqual([])
    const classes = new Set(expected.map(({ outcome }) => outcome))
    expect([...classes].sort()).toEqual(
      [
        'page',
        'redirect',
        'robots',
        'connection',
        'timeout',
        'throttled',
        'client-error',
        'server-error',
        'too-large',
        'not-html',
        'redirects',
        'bad-response',
      ].sort(),
    )
  })

  it('says the title and the links of each page', async () => {
    const site = await start()
    const pages = [...site.expected({ maxDepth: 5 }).values()].filter(({ outcome }) => outcome === 'page')
    expect(pages.length).toBeGreaterThan(80)
    for (const { url, attempts, title, links } of pages) {
      const [, fetched] = await outcomeOf(site, url, attempts)
      const body = fetched.kind === 'page' ? fetched.body : undefined
      const text = new TextDecoder(CHARSETS[pathIn(site, url)] ?? 'utf-8').decode(body)
      const found = read(text, url)
      expect([url, found.title, found.links.sort()]).toEqual([url, title, [...links].sort()])
    }
  })

  it('is the plan of robots.txt too', async () => {
    const site = await start({ crawlDelay: 2 })
    const robots = await new RobotsCache(settingsFor([site.origin])).of(site.origin)
    expect(robots.crawlDelayMs).toBe(2000)
    for (const { url, outcome } of site.expected({ maxDepth: 5 }).values()) {
      expect([url, robots.isAllowed(url)]).toEqual([url, outcome !== 'robots'])
    }
    expect(robots.isAllowed(`${site.origin}/private/hidden`)).toBe(false)
  })

  it('finds each page at its least depth, and traps without end', async () => {
    const site = await start()
    const depths = (maxDepth: number) =>
      new Map([...site.expected({ maxDepth }).values()].map(({ url, depth }) => [pathIn(site, url), depth]))
    const deep = depths(9)
    const some = ['/', '/page/1', '/page/5', '/redirects', '/redirect/1', '/leaf/redirected']
    expect(some.map((path) => deep.get(path))).toEqual([0, 1, 2, 1, 2, 2])
    expect(['/trap/8', '/trap/9'].map((path) => deep.get(path))).toEqual([9, undefined])
    expect([...deep.keys()].filter((path) => path.startsWith('/page/')).length).toBe(40)
    expect(depths(1)).toEqual(new Map([...deep].filter(([, depth]) => depth <= 1)))
    expect([...deep.keys()].filter(site.isNever)).toEqual([])
  })

  it('ends chains of redirects by their hops', async () => {
    const site = await start()
    const chain = (maxHops: number) =>
      [...site.expected({ maxDepth: 2, maxHops }).values()]
        .filter(({ url }) => url.includes('/chain/'))
        .map(({ url, outcome }) => `${pathIn(site, url)} ${outcome}`)
    expect(chain(0)).toEqual(['/chain/1 redirects'])
    expect(chain(2)).toEqual(['/chain/1 redirect', '/chain/2 redirect', '/chain/3 redirects'])
  })

  it('has other origins if they are asked for: none of them can be reached', async () => {
    const site = await start()
    const others = (otherOrigins: boolean) =>
      [...site.expected({ maxDepth: 2, otherOrigins }).values()]
        .filter(({ url }) => !url.startsWith(site.origin))
        .map(({ url, outcome }) => `${outcome} ${url}`)
        .sort()
    expect(others(false)).toEqual([])
    expect(others(true)).toEqual([
      'dns http://offsite.invalid/b',
      'dns https://offsite.invalid/c',
      'refused-address http://10.0.0.1/',
      'refused-address http://127.0.0.2/',
      'refused-address http://169.254.169.254/latest/meta-data/',
      'refused-address http://[::1]/',
      'refused-address https://192.168.1.1/admin',
    ])
  })

  it('is the same each time, and another one for another seed', async () => {
    const plan = async (options: SiteOptions) => {
      const site = await start(options)
      const pages = [...site.expected({ maxDepth: 5 }).values()]
      return JSON.stringify(pages).replaceAll(site.origin, '')
    }
    expect(await plan({ seed: 2 })).toBe(await plan({ seed: 2 }))
    expect(await plan({ seed: 2 })).not.toBe(await plan({ seed: 3 }))
  })

  it('may be of the tree alone', async () => {
    const site = await start({ faults: false })
    const pages = [...site.expected({ maxDepth: 9 }).values()]
    expect(pages.length).toBe(41)
    expect(new Set(pages.map(({ outcome }) => outcome))).toEqual(new Set(['page']))
  })
})

describe('a site', () => {
  it('logs requests in the order of time', async () => {
    const site = await start()
    const settings = settingsFor([site.origin])
    const before = process.hrtime.bigint()
    for (const path of ['/', '/page/1?utm_source=x&utm_medium=y', '/page/1', '/none?a=b&utm_source=x']) {
      await fetchPage(pageRequest(site.origin + path), settings)
    }
    expect(site.requests.map(({ path }) => path)).toEqual(['/', '/page/1', '/page/1', '/none?a=b'])
    expect(site.counts().get('/page/1')).toBe(2)
    expect(new Set(site.requests.map(({ userAgent }) => userAgent))).toEqual(new Set([settings.userAgent]))
    const times = [before, ...site.requests.map(({ at }) => at), process.hrtime.bigint()]
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)))
  })

  it('closes although a request is open', async () => {
    const site = await start()
    const open = new Promise((resolve) => get(`${site.origin}/bad/silent`).on('error', resolve))
    while (site.requests.length === 0) await new Promise(setImmediate)
    await site.close()
    expect(await open).toMatchObject({ code: 'ECONNRESET' })
  })

  it('tells how long to wait: in seconds, as a date, or not at all', async () => {
    const site = await start()
    const waits: unknown[] = []
    for (const name of ['429', '429-zero', '429-date', '503']) {
      const [, fetched] = await outcomeOf(site, `${site.origin}/heals/${name}`, 1)
      waits.push(fetched.kind === 'failed' && fetched.failure.retryAfterMs)
    }
    expect(waits).toEqual([1000, undefined, expect.any(Number), 1000])
  })
})

describe('encode', () => {
  it('is the reverse of decoding', () => {
    for (const [charset, text] of [
      ['windows-1251', 'Привет, мир! «Ёж» № 5 €'],
      ['shift_jis', '表示と能力、ソ、ｶﾅ, ABC'],
    ] as const) {
      const bytes = encode(text, charset)
      expect(new TextDecoder(charset, { fatal: true }).decode(bytes)).toBe(text)
      expect(bytes.length).toBeLessThan(Buffer.byteLength(text))
    }
    expect(() => encode('🙂', 'shift_jis')).toThrow("'🙂' is not in shift_jis")
  })
})

describe('the program', () => {
  it('prints its address, and after Ctrl-C how many requests came', async () => {
    const { code, stdout, stderr } = await run('site.ts', ['--pages', '3'], { onStart: interruptAt('\n') })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n0 requests for 0 paths\n$/)
    expect(code).toBe(130)
  })

  it.each(['--help', '-h'])('describes itself with %s', async (option) => {
    const { code, stdout, stderr } = await run('site.ts', [option])
    expect(stdout).toMatch(/^Usage: site/)
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('lists pages', async () => {
    const { code, stdout, stderr } = await run('site.ts', ['--pages', '6', '--only-good', '--list', '1'])
    expect(stderr).toBe('')
    expect(stdout).toBe(`0 page 1 /\n${[1, 2, 3, 4].map((page) => `1 page 1 /page/${page}\n`).join('')}`)
    expect(code).toBe(0)
  })

  it('fails on a port that is taken', async () => {
    const { port } = new URL((await start()).origin)
    const { code, stderr } = await run('site.ts', ['--port', port])
    expect(stderr).toContain(`site: listen EADDRINUSE: address already in use 127.0.0.1:${port}`)
    expect(code).toBe(1)
  })

  it.each([
    [['--port', '0'], "--port: an integer from 1 to 65535 expected, got '0'"],
    [['--pages', 'x'], "--pages: an integer from 0 to 100000 expected, got 'x'"],
    [['--what'], '--what'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run('site.ts', args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

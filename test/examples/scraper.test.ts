import type { ChildProcess } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type Site, startSite } from '../../examples/site/server.ts'
import { until } from '../support/deadline.ts'
import { type RunOptions, run as runExample } from './run.ts'
import { byPath, differences, FAST, mostWithin, outcomeOf, resultsIn } from './scraper/crawls.ts'
import { crawlInTurn } from './scraper/in-turn.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-scraper-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

/** A crawl has threads to start and pauses to keep, so it takes longer than other examples. */
const TIMEOUT_MS = 110_000
vi.setConfig({ testTimeout: 2 * TIMEOUT_MS + 10_000 })
const run = (args: string[], options: RunOptions = {}) =>
  runExample('scraper.ts', args, { timeout: TIMEOUT_MS, ...options })

const sites: Site[] = []
async function newSite(options: Parameters<typeof startSite>[0] = {}): Promise<Site> {
  const site = await startSite({ pages: 120, slowMs: 50, ...options })
  sites.push(site)
  return site
}
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
})

const fixture = (name: string) => [new URL(`./scraper/fixtures/${name}`, import.meta.url).href]

describe('scraper', () => {
  // Grants are exact, and a busy machine may let requests arrive late and together: hence the second chance.
  it('finds every page once, with each failure in its class, no faster than the rate', {
    retry: 1,
  }, async () => {
    const site = await newSite()
    const out = path('all.ndjson')
    const rate = 60
    const args = [`${site.origin}/`, ...FAST, '--rate', String(rate), '--max-depth', '6', '--out', out]
    const { code, stdout } = await run(args)
    expect(differences(resultsIn(out), site, 6)).toEqual([])
    expect(site.requests.filter(({ path }) => site.isNever(path))).toEqual([])
    expect(site.requests.filter(({ path }) => path === '/robots.txt')).toHaveLength(1)
    expect(mostWithin(site, 950)).toBeLessThanOrEqual(rate + 1)
    expect(new Set(site.requests.map(({ userAgent }) => userAgent))).toEqual(
      new Set(['millrace-scraper/0.1']),
    )
    const results = resultsIn(out)
    const count = (kind: string) => results.filter((result) => result.kind === kind).length
    const [pages, redirects, failed] = ['page', 'redirect', 'failed'].map(count)
    expect(stdout).toMatch(
      new RegExp(`\\n${pages} pages, ${redirects} redirects, ${failed} failed in \\d+\\.\\d\\d s\\n$`),
    )
    expect(code).toBe(0)
  })

  it('finds what a sequential crawler finds', async () => {
    const [site, other] = [await newSite({ seed: 7 }), await newSite({ seed: 7 })]
    const out = path('same.ndjson')
    const [{ code }, inTurn] = await Promise.all([
      run([`${site.origin}/`, ...FAST, '--max-depth', '5', '--out', out]),
      crawlInTurn(`${other.origin}/`, 5),
    ])
    expect(code).toBe(0)
    const results = byPath(resultsIn(out), site.origin)
    expect(Object.keys(results).sort()).toEqual(Object.keys(inTurn).sort())
    for (const [at, expected] of Object.entries(inTurn)) {
      const result = results[at]
      const isLoop = at.startsWith('/loop/')
      if (!isLoop) expect([at, result && outcomeOf(result)]).toEqual([at, expected.outcome])
      if (result?.kind !== 'page') continue
      expect([at, result.title, result.textLength, result.charset]).toEqual([
        at,
        ...[expected.page?.title, expected.page?.textLength, expected.page?.charset],
      ])
    }
  })

  it('obeys a crawl delay', async () => {
    const site = await newSite({ pages: 6, faults: false, crawlDelay: 1 })
    const { code } = await run([`${site.origin}/`, ...FAST, '--max-pages', '4'])
    expect(code).toBe(0)
    expect(site.requests).toHaveLength(5)
    // A limit of 1, and a burst of 1.
    expect(mostWithin(site, 950)).toBeLessThanOrEqual(2)
  })

  it('writes one document with --json', async () => {
    const site = await newSite({ pages: 30, faults: false })
    const { code, stdout } = await run([`${site.origin}/`, ...FAST, '--json', '--max-pages', '10'])
    const { pages, failures, byClass, hosts, counts, interrupted, seeds } = JSON.parse(stdout)
    expect(pages).toHaveLength(10)
    expect(pages[0]).toMatchObject({ url: `${site.origin}/`, status: 200, depth: 0, charset: 'utf-8' })
    expect([failures, byClass, interrupted, seeds]).toEqual([[], {}, false, [`${site.origin}/`]])
    expect(hosts[new URL(site.origin).host]).toMatchObject({ pages: 10, failed: 0 })
    expect(counts.left).toBeGreaterThan(0)
    expect(code).toBe(0)
  })

  it('shows no bar and no colour in a pipe', async () => {
    const site = await newSite({ pages: 5, faults: false })
    const { stdout, stderr } = await run([`${site.origin}/`, ...FAST])
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}█]/u)
    expect(stderr).toMatch(/^\d+ URLs in \d/)
    expect(stdout.split('\n')[0]).toBe(`scraping ${site.origin}/; at most 200 requests a second to a host`)
  })

  it('scrapes its own site in --demo', async () => {
    const { code, stdout } = await run(['--demo', '--max-depth', '4', '--json'])
    const { byClass, pages } = JSON.parse(stdout)
    expect(pages.length).toBeGreaterThan(300)
    expect(Object.keys(byClass)).toEqual(
      expect.arrayContaining(['robots', 'throttled', 'too-large', 'redirects']),
    )
    expect(code).toBe(0)
  })

  it('ends by itself when the site dies half way, and names what was not had', async () => {
    const site = await newSite({ faults: false })
    const { code, stdout } = await run([`${site.origin}/`, ...FAST, '--json', '--rate', '50'], {
      onStart: async () => {
        await until(() => site.requests.length >= 30, '30 requests', TIMEOUT_MS)
        await site.close()
      },
    })
    const { byClass, pages, counts } = JSON.parse(stdout)
    expect(pages.length).toBeGreaterThanOrEqual(20)
    expect(Object.keys(byClass)).toEqual(['connection'])
    expect(pages.length + byClass.connection).toBe(counts.seen)
    expect(code).toBe(0)
  })

  it('names a host that nobody listens at, and exits with 0', async () => {
    const site = await newSite({ pages: 1, faults: false })
    await site.close()
    const { code, stdout } = await run([`${site.origin}/`, '--json'])
    expect(JSON.parse(stdout).byClass).toEqual({ connection: 1 })
    expect(code).toBe(0)
  })
})

describe('a scraper that is stopped', () => {
  /** Ends the process when the site has had `requests` requests. */
  const atRequest = (site: Site, requests: number, signal: NodeJS.Signals) => async (child: ChildProcess) => {
    await until(() => site.requests.length >= requests, `${requests} requests`, TIMEOUT_MS)
    child.kill(signal)
  }

  it('finishes what is in flight at Ctrl-C, and goes on with --resume', async () => {
    const site = await newSite({ slowMs: 300 })
    const out = path('stopped.ndjson')
    const args = [...FAST, '--max-depth', '6']
    const first = await run([`${site.origin}/`, ...args, '--rate', '40', '--out', out], {
      onStart: atRequest(site, 40, 'SIGINT'),
    })
    expect(first.stdout).toMatch(/\ninterrupted: \d+ URLs are not fetched\n$/)
    expect(first.code).toBe(130)
    const before = resultsIn(out)
    const asked = site.counts()
    // Nothing that was in flight is lost: each page that was sent is there.
    for (const { url, outcome, attempts } of site.expected({ maxDepth: 6 }).values()) {
      const times = asked.get(url.slice(site.origin.length)) ?? 0
      if (outcome === 'page' && attempts === 1 && times > 0) {
        expect(before.map((result) => result.url)).toContain(url)
      }
    }

    const second = await run([...args, '--resume', out])
    expect(second.code).toBe(0)
    expect(resultsIn(out).slice(0, before.length)).toEqual(before)
    expect(differences(resultsIn(out), site, 6)).toEqual([])
    for (const { url } of before) {
      const at = url.slice(site.origin.length)
      expect([at, site.counts().get(at)]).toEqual([at, asked.get(at)])
    }
    const shown = `${resultsIn(out).filter(({ kind }) => kind === 'page').length} pages, `
    expect(second.stdout).toContain(`\n${shown}`)
  })

  it('goes on after its process was killed, with a torn last line', async () => {
    const site = await newSite()
    const out = path('killed.ndjson')
    const args = [...FAST, '--max-depth', '6']
    const { signal } = await run([`${site.origin}/`, ...args, '--rate', '40', '--out', out], {
      onStart: atRequest(site, 40, 'SIGKILL'),
    })
    expect(signal).toBe('SIGKILL')
    const before = resultsIn(out)
    appendFileSync(out, '{"kind":"page","url":"http')
    const { code } = await run([...args, '--resume', out])
    expect(code).toBe(0)
    expect(resultsIn(out).slice(0, before.length)).toEqual(before)
    expect(differences(resultsIn(out), site, 6)).toEqual([])
  })

  it('names a line of another file', async () => {
    writeFileSync(path('other.ndjson'), '{"kind":"run","seeds":["http://a.example/"]}\n{"no":1}\n')
    const { code, stderr } = await run(['--resume', path('other.ndjson')])
    expect(stderr).toContain('other.ndjson: line 2 is no result of the scraper')
    expect(code).toBe(1)
    expect(readFileSync(path('other.ndjson'), 'utf8')).toContain('{"no":1}')
  })
})

describe('a scraper whose threads die', () => {
  it.each([
    ['while a request is under way', 'dies-in-request.mjs'],
    ['just after it found links', 'dies-after-parsing.mjs'],
  ])('loses nothing: a thread dies %s', async (_, name) => {
    const site = await newSite({ faults: false })
    const out = path(`${name}.ndjson`)
    const { code } = await run([`${site.origin}/`, ...FAST, '--max-depth', '6', '--out', out], {
      imports: fixture(name),
      env: { DEATH_MARK: path(`${name}-deaths`) },
    })
    expect(
      readFileSync(path(`${name}-deaths`), 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(3)
    expect(code).toBe(0)
    expect(differences(resultsIn(out), site, 6)).toEqual([])
  })

  it('names a page that kills every thread, and goes on', async () => {
    const site = await newSite({ faults: false, pages: 20 })
    const { code, stdout } = await run([`${site.origin}/`, ...FAST, '--json'], {
      imports: fixture('dies-of-a-page.mjs'),
    })
    const { failures, pages } = JSON.parse(stdout)
    expect(failures).toMatchObject([{ url: `${site.origin}/page/3`, class: 'thread' }])
    expect(pages.length).toBeGreaterThan(10)
    expect(code).toBe(0)
  })

  it('ends with the error of a stage that fails for good', async () => {
    const site = await newSite({ faults: false, pages: 20 })
    const { code, stdout, stderr } = await run([`${site.origin}/`, ...FAST], {
      imports: fixture('never-opens.mjs'),
    })
    expect(stderr).toMatch(/^scraper: .*fetchOne/m)
    expect(stdout).not.toContain('pages, ')
    expect(code).toBe(1)
  })
})

describe('the arguments of the scraper', () => {
  it.each([
    [[], 'URL: at least one expected'],
    [
      ['ftp://example.com'],
      "URL: an http: or https: URL without a user name expected, got 'ftp://example.com'",
    ],
    [['--rate', '0', 'a.example'], "--rate: an integer from 1 to 1000 expected, got '0'"],
    [['--threads', '65', 'a.example'], "--threads: an integer from 1 to 64 expected, got '65'"],
    [['--user-agent', 'a\nb', 'a.example'], '--user-agent: printable ASCII expected'],
    [['--demo', 'a.example'], '--demo: neither URL nor --resume expected'],
    [['--resume', 'no-such-file'], "--resume: a file expected, got 'no-such-file'"],
    [['--resume', 'package.json', '--out', 'x'], '--resume: no --out expected'],
    [['--nonsense'], '--nonsense'],
  ])('are refused with exit code 2: %j', async (args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import robotsModule from 'robots-parser'
import { afterEach, describe, expect, it } from 'vitest'
import {
  MAX_ROBOTS_BYTES,
  RobotsCache,
  type RobotsOptions,
  rulesOf,
} from '../../../examples/scraper/robots.ts'
import { randomNumbers } from '../../../examples/shared/random.ts'
import { closeAll, serve, settingsFor } from './servers.ts'

afterEach(closeAll)

const parser = robotsModule as unknown as typeof robotsModule.default

const USER_AGENT = 'millrace-test/1.0 (+https://example.invalid)'

async function robotsFrom(listener: RequestListener, options: Partial<RobotsOptions> = {}) {
  const asked: string[] = []
  const server = await serve((request, response) => {
    asked.push(request.url as string)
    listener(request, response)
  })
  const cache = new RobotsCache({ ...settingsFor([server.origin]), ...options })
  const at = (path: string) => server.origin + path
  return { cache, asked, at, robots: await cache.of(at('/x')) }
}

const status = (code: number, headers = {}) =>
  robotsFrom((_, response) => response.writeHead(code, headers).end('User-agent: *\nDisallow: /\n'))

describe('the rules of a robots.txt', () => {
  const rules = (text: string) => rulesOf('http://a.test', text, USER_AGENT)
  const allowed = (text: string, paths: string[]) =>
    paths.filter((path) => rules(text).isAllowed(`http://a.test${path}`))

  it('are those of the group that names the product, else those of *', () => {
    const text =
      'User-agent: *\nDisallow: /all\n\nUser-agent: Other\nUser-agent: Millrace-Test\nDisallow: /us\n'
    expect(allowed(text, ['/all', '/us'])).toEqual(['/all'])
    expect(allowed(text.replace('Millrace-Test', 'millrace'), ['/all', '/us'])).toEqual(['/us'])
  })

  it('let the longest match win, and Allow where two are as long', () => {
    const text = 'User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /c\nAllow: /c\nDisallow: /*.pdf$\n'
    const paths = ['/', '/a', '/a/b', '/a/b/c', '/a/c', '/c', '/d.pdf', '/d.pdf?e']
    expect(allowed(text, paths)).toEqual(['/', '/a/b', '/a/b/c', '/c', '/d.pdf?e'])
  })

  it('have a crawl-delay in seconds, for the product', () => {
    const text = (delay: string) => `User-agent: *\nCrawl-delay: 9\n\nUser-agent: millrace-test\n${delay}\n`
    expect(rules(text('Crawl-delay: 2.5')).crawlDelayMs).toBe(2500)
    for (const none of ['', '0', '-1', 'soon', 'Infinity']) {
      expect(rules(text(`Crawl-delay: ${none}`)).crawlDelayMs).toBeUndefined()
    }
  })

  it('may be no rules: broken text allows all', () => {
    for (const text of ['', 'Disallow: /', '<html>User-agent: *', ':\n::\n\0', 'User-agent: *\nDisallow:']) {
      expect(allowed(text, ['/a'])).toEqual(['/a'])
    }
  })

  it('are the same as the parser finds in the whole text', () => {
    const random = randomNumbers(7)
    const pick = <T>(list: readonly T[]): T => list[random() % list.length] as T
    const line = () =>
      pick([
        `User-agent: ${pick(['*', 'millrace-test', 'Millrace-Test/2', 'other', ''])}`,
        `${pick(['Disallow', 'allow', ' DISALLOW '])}: ${pick(['', '/', '/a', '/a*c', '/b$', '*b', '/%61'])} # x`,
        `Crawl-delay: ${pick(['1', '2.5', 'x', ''])}`,
        pick(['', '# User-agent: *', 'Sitemap: /a', 'Disallow', ': /a', 'Unknown: /a', ' \t']),
      ])
    const paths = ['/', '/a', '/abc', '/b', '/b/c', '/%61', '/x?b']
    let different = 0
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: 1 + (random() % 12) }, line).join(pick(['\n', '\r\n']))
      const whole = parser('http://a.test/robots.txt', text)
      const known = rules(text)
      const facts = paths.map((path) => whole.isAllowed(`http://a.test${path}`, 'millrace-test'))
      expect([text, allowed(text, paths)]).toEqual([text, paths.filter((_, index) => facts[index])])
      const delay = whole.getCrawlDelay('millrace-test') ?? 0
      expect([text, known.crawlDelayMs]).toEqual([text, delay > 0 ? delay * 1000 : undefined])
      if (facts.includes(false)) different++
    }
    expect(different).toBeGreaterThan(300)
  })

  it('take bounded time and memory if their file is hostile', () => {
    const path = `/${'a'.repeat(2000)}`
    const files = [
      'User-agent: millrace-test\n'.repeat(15_000) + 'Disallow: /b\n'.repeat(10_000),
      `User-agent: *\n${`Disallow: /${'*a'.repeat(500)}b\n`.repeat(500)}`,
      `User-agent: *\n${Array.from({ length: 9000 }, (_, index) => `Disallow: /*${'a'.repeat(40)}${index}\n`).join('')}`,
      `User-agent: *\n${' '.repeat(500_000)}\n`,
    ]
    const used = process.cpuUsage().user
    const seen = files.map((text) => allowed(text, [path]).length)
    // It would be minutes, or a heap that is full.
    expect(process.cpuUsage().user - used).toBeLessThan(20_000_000)
    // Rules beyond the bound of wildcards are cut before the wildcard: they disallow all.
    expect(seen).toEqual([1, 1, 0, 1])
  })

  it('say why a page is not fetched', () => {
    const failure = rules('User-agent: *\nDisallow: /').failureOf('http://a.test/b')
    expect(failure).toEqual({ class: 'robots', message: 'robots.txt disallows it', mayPass: false })
  })
})

describe('robots.txt', () => {
  it('is asked for once an origin, by however many', async () => {
    const text = '\uFEFFUser-agent: *\r\nDisallow: /private/\r\nCrawl-delay: 1\r\n'
    const { cache, asked, at, robots } = await robotsFrom((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text))
    })
    const all = await Promise.all([cache.of(at('/a')), cache.of(at('/b')), cache.of(at('/private/c'))])
    expect(new Set(all)).toEqual(new Set([robots]))
    expect(robots.failureOf(at('/open'))).toBeUndefined()
    expect(robots.failureOf(at('/private/c'))).toMatchObject({ class: 'robots', mayPass: false })
    expect(robots.crawlDelayMs).toBe(1000)
    expect(robots.unreachable).toBeUndefined()
    expect(asked).toEqual(['/robots.txt'])
  })

  it.each([[400], [401], [403], [404], [410], [451]])('of status %i allows all', async (code) => {
    const { robots, at } = await status(code)
    expect(robots.isAllowed(at('/a'))).toBe(true)
  })

  it.each([
    [500, {}, { class: 'robots', message: 'robots.txt: status 500' }],
    [503, {}, { class: 'robots' }],
    [503, { 'retry-after': '3' }, { class: 'throttled', retryAfterMs: 3000 }],
    [429, { 'retry-after': '3' }, { class: 'throttled', retryAfterMs: 3000 }],
  ])('of status %i with %j allows nothing for now', async (code, headers, failure) => {
    const { robots, at } = await status(code, headers)
    expect(robots.isAllowed(at('/a'))).toBe(false)
    expect(robots.failureOf(at('/a'))).toMatchObject({ ...failure, mayPass: true })
    expect(robots.unreachable).toBe(robots.failureOf(at('/a')))
  })

  it('allows nothing if its host breaks the connection: the connection failed', async () => {
    const { robots, at } = await robotsFrom((request) => request.socket.destroy())
    expect(robots.failureOf(at('/a'))).toMatchObject({ class: 'connection', mayPass: true })
  })

  it('allows nothing at a refused address: the address is refused', async () => {
    const robots = await new RobotsCache(settingsFor([])).of('http://10.0.0.1/a')
    expect(robots.failureOf('http://10.0.0.1/a')).toMatchObject({ class: 'refused-address', mayPass: false })
  })

  it('may be behind five redirects, each with a grant of its own', async () => {
    const grants: string[] = []
    let held = 0
    const { robots, at, asked } = await robotsFrom(
      ({ url = '' }, response) => {
        const step = Number(url.slice(2)) || 0
        if (step < 5) response.writeHead(301, { location: `/r${step + 1}` }).end()
        else response.end('User-agent: *\nDisallow: /a')
      },
      {
        grant: async (url) => {
          grants.push(new URL(url).pathname)
          held++
          return { [Symbol.dispose]: () => held-- }
        },
      },
    )
    expect(robots.isAllowed(at('/a'))).toBe(false)
    expect(robots.isAllowed(at('/b'))).toBe(true)
    expect(asked).toEqual(['/robots.txt', '/r1', '/r2', '/r3', '/r4', '/r5'])
    expect(grants).toEqual(asked)
    expect(held).toBe(0)
  })

  it('behind more redirects, or a broken one, is none', async () => {
    for (const location of ['/robots.txt', 'http://[']) {
      const { robots, at, asked } = await robotsFrom((_, response) => {
        response.writeHead(302, { location }).end()
      })
      expect(robots.isAllowed(at('/a'))).toBe(true)
      expect(asked.length).toBe(location === '/robots.txt' ? 6 : 1)
    }
  })

  it('that redirects to an address that is not public is not followed', async () => {
    const { robots, at } = await robotsFrom((_, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/robots.txt' }).end()
    })
    expect(robots.failureOf(at('/a'))).toMatchObject({ class: 'refused-address', mayPass: false })
  })

  it('is cut at its limit, before a line that is not whole', async () => {
    const head = 'User-agent: *\nDisallow: /first\n'
    const tail = 'Allow: /first/but/this\n'
    // The limit is in the last line, after a part of it that would be a rule.
    const fill = '#'.repeat(MAX_ROBOTS_BYTES - head.length - 'Allow: /first'.length - 1)
    const { robots, at } = await robotsFrom((_, response) => {
      response.end(`${head}${fill}\n${tail}${'#\n'.repeat(100_000)}`)
    })
    expect(robots.isAllowed(at('/first'))).toBe(false)
  })

  it('is asked for again when its time is over, earlier if there was no answer', async () => {
    let time = 0
    let code = 500
    const { cache, at, asked } = await robotsFrom(
      (_, response) => response.writeHead(code).end('User-agent: *\nDisallow: /a'),
      { now: () => time, retryMs: 10, keepMs: 100 },
    )
    const isAllowed = async (path: string) => (await cache.of(at(path))).isAllowed(at(path))
    code = 200
    time = 9
    expect(await isAllowed('/b')).toBe(false)
    time = 10
    expect(await isAllowed('/b')).toBe(true)
    time = 109
    expect(await isAllowed('/a')).toBe(false)
    expect(asked.length).toBe(2)
    code = 404
    time = 110
    expect(await isAllowed('/a')).toBe(true)
    expect(asked.length).toBe(3)
  })

  it('is forgotten for the origin used least recently when there are too many', async () => {
    const asked: string[] = []
    const servers = await Promise.all(
      [0, 1, 2].map((index) =>
        serve((_, response) => {
          asked.push(`${index}`)
          response.end()
        }),
      ),
    )
    const [a, b, c] = servers.map(({ origin }) => origin) as [string, string, string]
    const cache = new RobotsCache({ ...settingsFor([a, b, c]), maxOrigins: 2 })
    for (const origin of [a, b, a, c, a, b]) await cache.of(origin)
    expect(asked.join('')).toBe('0121')
  })

  it('is asked for anew if it could not be asked for', async () => {
    const grants = [() => Promise.reject(new Error('no grant')), async () => undefined]
    const server = await serve((_, response) => response.end('User-agent: *\nDisallow: /a'))
    const cache = new RobotsCache({
      ...settingsFor([server.origin]),
      grant: () => grants.shift()?.() ?? Promise.reject(new Error('a third request')),
    })
    await expect(cache.of(server.origin)).rejects.toThrow('no grant')
    expect((await cache.of(server.origin)).isAllowed(`${server.origin}/a`)).toBe(false)
    await cache.of(server.origin)
    expect(server.connections()).toBe(1)
  })

  it('is not asked for when the signal is aborted', async () => {
    const controller = new AbortController()
    const server = await serve((_, response) => response.end())
    const cache = new RobotsCache({
      ...settingsFor([server.origin]),
      signal: controller.signal,
      grant: async () => {
        controller.abort(new Error('enough'))
        return undefined
      },
    })
    await expect(cache.of(server.origin)).rejects.toThrow('enough')
    expect(server.connections()).toBe(0)
  })
})

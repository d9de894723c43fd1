import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, newAgent } from '../../../examples/scraper/fetch.ts'
import { Politeness } from '../../../examples/scraper/politeness.ts'
import { within } from '../../support/deadline.ts'
import { closeAll, serve } from './servers.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await closeAll()
})

/** The politeness of a scraper towards a server with this robots.txt, and the server. */
async function towards(robots: string | number, rate: number) {
  const asked: string[] = []
  const server = await serve((request, response) => {
    asked.push(request.url as string)
    response.writeHead(typeof robots === 'number' ? robots : 200).end(String(robots))
  })
  const agent = newAgent({ seeds: [server.origin] })
  closers.push(() => agent.destroy())
  const settings = { ...DEFAULT_LIMITS, userAgent: 'tester/1', agent }
  const politeness = new Politeness({ rate, places: 3, settings })
  const rules = await within(politeness.rulesOf(server.origin), 'the rules')
  return { politeness, rules, asked, origin: server.origin, host: new URL(server.origin).host }
}

describe('politeness', () => {
  it('asks for robots.txt once, and counts that as a request', async () => {
    const { politeness, asked, rules, origin, host } = await towards('User-agent: *\nDisallow: /no', 1)
    expect(politeness.limiter.stats(host)).toMatchObject({ granted: 1, held: 0 })
    expect(politeness.limiter.tryAcquire(host)).toBe(false)
    await within(politeness.rulesOf(origin), 'the rules')
    expect(asked).toEqual(['/robots.txt'])
    if (!('refusal' in rules)) throw new Error('no rules')
    expect(rules.refusal(`${origin}/no/1`)).toMatchObject({ class: 'robots' })
    expect(rules.refusal(`${origin}/yes`)).toBeUndefined()
    expect(rules.places).toBe(6)
  })

  it('obeys a crawl delay that is slower than its own rate', async () => {
    const { politeness, rules, host } = await towards('User-agent: tester\nCrawl-delay: 20', 100)
    expect('places' in rules && rules.places).toBe(1)
    expect(politeness.limiter.stats(host)?.nextIn).toBeGreaterThan(1000)
  })

  it('keeps its own rate if the crawl delay is faster', async () => {
    const { politeness, rules, host } = await towards('User-agent: *\nCrawl-delay: 0.001', 1)
    expect('places' in rules && rules.places).toBe(6)
    expect(politeness.limiter.stats(host)?.nextIn).toBeLessThanOrEqual(1000)
  })

  it('asks no faster than its rate while robots.txt redirects', async () => {
    const asked: string[] = []
    const server = await serve((request, response) => {
      asked.push(request.url as string)
      const location = ['/robots.txt', '/1', '/2'][asked.length]
      if (location === undefined) response.end('User-agent: *\nDisallow: /no')
      else response.writeHead(301, { location }).end()
    })
    const agent = newAgent({ seeds: [server.origin] })
    closers.push(() => agent.destroy())
    const settings = { ...DEFAULT_LIMITS, userAgent: 'tester/1', agent }
    const politeness = new Politeness({ rate: 5, places: 3, settings })
    const start = performance.now()
    const rules = await within(politeness.rulesOf(server.origin), 'the rules')
    // Two of the three requests waited for 200 ms each. A timer may be a little early.
    expect(performance.now() - start).toBeGreaterThan(390)
    expect(asked).toEqual(['/robots.txt', '/1', '/2'])
    expect('refusal' in rules && rules.refusal(`${server.origin}/no`)).toMatchObject({ class: 'robots' })
    expect(politeness.limiter.stats(new URL(server.origin).host)).toMatchObject({ granted: 1, held: 0 })
  })

  it('has no rules for a host that is overloaded', async () => {
    const { politeness, rules, host } = await towards(503, 100)
    expect(rules).toMatchObject({ mayPass: true })
    expect(politeness.limiter.stats(host)).toBeUndefined()
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { Frontier, type FrontierOptions } from '../../../examples/scraper/frontier.ts'
import type { Rules } from '../../../examples/scraper/lane.ts'
import type { Failure, FailureClass, Outcome, PageRequest } from '../../../examples/scraper/outcome.ts'
import type { Result } from '../../../examples/scraper/result.ts'
import { within } from '../../support/deadline.ts'

const at = (path: string) => `http://a.example/${path}`
const page = (...links: string[]): Outcome => ({
  kind: 'page',
  status: 200,
  bytes: 1,
  ms: 1,
  page: { title: 't', links, textLength: 1, charset: 'utf-8' },
})
const redirect = (to: string): Outcome => ({ kind: 'redirect', status: 302, to })
const failed = (name: FailureClass, more: Partial<Failure> = {}): Outcome => ({
  kind: 'failed',
  failure: { class: name, message: name, mayPass: true, ...more },
})
const OPEN: Rules = { refusal: () => undefined, places: 100 }
const ONE_AT_A_TIME = async (): Promise<Rules> => ({ ...OPEN, places: 1 })

afterEach(() => void vi.useRealTimers())

/** A frontier with its results, and a way to take requests by hand. */
function scene(options: Partial<FrontierOptions> = {}) {
  const results: Result[] = []
  const frontier = new Frontier({
    maxPages: 1000,
    maxDepth: 10,
    isInScope: () => true,
    rulesOf: async () => OPEN,
    onResult: (result) => results.push(result),
    retries: { backoffMs: 10 },
    ...options,
  })
  const source = frontier[Symbol.asyncIterator]()
  let number = 0
  /** The next request, with its number. */
  const take = async () => {
    const { done, value } = await within(source.next(), 'a request')
    return done ? undefined : { number: number++, request: value as PageRequest }
  }
  /** Runs to the end: each URL is answered by `answer`, some at a time. */
  const runAll = async (answer: (request: PageRequest) => Outcome, atOnce = 1) => {
    const order: string[] = []
    let taken: { number: number; request: PageRequest }[] = []
    let next = source.next()
    for (;;) {
      const result = await within(
        Promise.race([
          next,
          taken.length > 0 ? new Promise<'none'>((resolve) => setTimeout(resolve, 5, 'none')) : next,
        ]),
        'the next request, or the end',
      )
      if (result !== 'none') {
        if (result.done) return order
        taken.push({ number: number++, request: result.value })
        order.push(result.value.url)
        next = source.next()
        if (taken.length < atOnce) continue
      }
      for (const { number, request } of taken.reverse()) frontier.settle(number, answer(request))
      taken = []
    }
  }
  return { frontier, results, take, runAll, next: () => source.next() }
}

const urls = (results: readonly Result[]) => results.map(({ url }) => url).sort()

describe('a frontier', () => {
  it('hands out each URL once, whoever finds it', async () => {
    const { frontier, results, runAll } = scene()
    const links = Array.from({ length: 20 }, (_, index) => at(String(index)))
    frontier.add([at('0'), at('0')], 0)
    const order = await runAll(() => page(...links, ...links), 5)
    expect([...order].sort()).toEqual([...links].sort())
    expect(urls(results)).toEqual([...links].sort())
    expect(frontier.counts()).toEqual({ seen: 20, queued: 0, inFlight: 0, finished: 20, left: 0 })
  })

  it('ends at once if there is nothing', async () => {
    const { take } = scene()
    expect(await take()).toBeUndefined()
  })

  it('does not end while something is in flight, and takes up its links first', async () => {
    const { frontier, take, next } = scene()
    frontier.add([at('')], 0)
    const first = await take()
    const second = next()
    const early = await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 20, 'waits'))])
    expect(early).toBe('waits')
    frontier.settle(first?.number as number, page(at('found')))
    expect(await within(second, 'the link')).toMatchObject({ value: { url: at('found'), depth: 1 } })
  })

  it('gives the lowest depth first, and hosts in turn', async () => {
    const { frontier, take } = scene()
    frontier.add([at('deep')], 3)
    frontier.add([at('1'), at('2'), 'http://b.example/1', 'http://b.example/2'], 1)
    const order: (string | undefined)[] = []
    for (let count = 0; count < 5; count++) order.push((await take())?.request.url)
    expect([order.slice(0, 2).sort(), order.slice(2, 4).sort(), order[4]]).toEqual([
      [at('1'), 'http://b.example/1'],
      [at('2'), 'http://b.example/2'],
      at('deep'),
    ])
  })

  it('is bounded by depth and scope, and never by a window', async () => {
    const { frontier, results, runAll } = scene({
      maxPages: 10_000,
      maxDepth: 2,
      isInScope: (url) => !url.includes('out'),
    })
    frontier.add([at('')], 0)
    const many = Array.from({ length: 5000 }, (_, index) => at(`m${index}`))
    await runAll(({ url, depth }) => page(...(url === at('') ? many : []), at(`d${depth}`), at('out')), 50)
    // Depth 0, the 5000 of depth 1, and what they find at depth 2.
    expect(results).toHaveLength(1 + 5001 + 1)
    expect(Math.max(...results.map(({ depth }) => depth))).toBe(2)
  })

  it('has the same pages if the longer way to a page is found first', async () => {
    const graph: Record<string, string[]> = {
      '': ['long1', 'short'],
      long1: ['long2'],
      long2: ['x'],
      short: ['x'],
      x: ['y'],
      y: ['z'],
    }
    const { frontier, results, take } = scene({ maxDepth: 3 })
    frontier.add([at('')], 0)
    const answer = (path: string) => page(...(graph[path] ?? []).map(at))
    frontier.settle((await take())?.number as number, answer(''))
    const [long1, short] = [await take(), await take()]
    expect([long1?.request.url, short?.request.url]).toEqual([at('long1'), at('short')])
    frontier.settle(long1?.number as number, answer('long1'))
    frontier.settle((await take())?.number as number, answer('long2'))
    const x = await take()
    expect(x?.request).toMatchObject({ url: at('x'), depth: 3 })
    frontier.settle(x?.number as number, answer('x'))
    // Its link y is beyond the depth, until `short` shows the shorter way.
    frontier.settle(short?.number as number, answer('short'))
    const y = await take()
    expect(y?.request).toMatchObject({ url: at('y'), depth: 3 })
    frontier.settle(y?.number as number, answer('y'))
    expect(await take()).toBeUndefined()
    expect(urls(results)).toEqual(['', 'long1', 'long2', 'short', 'x', 'y'].map(at))
  })

  it('hands out maxPages pages, and counts what is left', async () => {
    const { frontier, results, runAll } = scene({ maxPages: 3 })
    frontier.add([at('')], 0)
    await runAll(() => page(...Array.from({ length: 10 }, (_, index) => at(String(index)))))
    expect(results).toHaveLength(3)
    expect(frontier.counts().left).toBeGreaterThanOrEqual(8)
  })

  it('remembers at most maxSeen URLs', async () => {
    const { frontier, results, runAll } = scene({ maxSeen: 10 })
    frontier.add([at('')], 0)
    let count = 0
    await runAll(() => page(...Array.from({ length: 10 }, () => at(String(count++)))))
    expect(results).toHaveLength(10)
  })

  it('hands out no more than the places of a host', async () => {
    const { frontier, take, next } = scene({ rulesOf: async () => ({ ...OPEN, places: 2 }) })
    frontier.add([at('1'), at('2'), at('3')], 0)
    const [first] = [await take(), await take()]
    const third = next()
    const early = await Promise.race([third, new Promise((resolve) => setTimeout(resolve, 20, 'waits'))])
    expect(early).toBe('waits')
    frontier.settle(first?.number as number, page())
    expect(await within(third, 'the third')).toMatchObject({ value: { url: at('3') } })
  })

  it('stops at once, and what failed then is left for another run', async () => {
    const { frontier, results, take } = scene()
    frontier.add([at('1'), at('2'), at('3')], 0)
    const [one, two] = [await take(), await take()]
    frontier.stop()
    expect(await take()).toBeUndefined()
    frontier.settle(one?.number as number, page(at('4')))
    frontier.settle(two?.number as number, failed('timeout'))
    expect(urls(results)).toEqual([at('1')])
    expect(frontier.counts()).toMatchObject({ queued: 3, inFlight: 0 })
  })

  it('refuses a number that is not in flight', async () => {
    const { frontier, take } = scene()
    frontier.add([at('')], 0)
    await take()
    frontier.settle(0, page())
    expect(() => frontier.settle(0, page())).toThrow('request 0 is not in flight')
  })

  it('ends with the error of its rules', async () => {
    const { frontier, next } = scene({ rulesOf: async () => Promise.reject(new RangeError('no rules')) })
    frontier.add([at('')], 0)
    await expect(within(next(), 'the error')).rejects.toThrow('no rules')
  })
})

describe('robots.txt', () => {
  it('is asked for once an origin, before its first page', async () => {
    const asked: string[] = []
    const { frontier, results, runAll } = scene({
      rulesOf: async (origin) => {
        asked.push(origin)
        return {
          ...OPEN,
          refusal: (url) =>
            url.endsWith('no') ? { class: 'robots', message: 'no', mayPass: false } : undefined,
        }
      },
    })
    frontier.add([at('1'), at('no'), 'http://b.example/1'], 0)
    const order = await runAll(() => page(at('1'), at('2')))
    expect(asked).toEqual(['http://a.example', 'http://b.example'])
    expect(order).not.toContain(at('no'))
    expect(results.find(({ url }) => url === at('no'))).toMatchObject({ class: 'robots', attempts: 0 })
  })

  it('is asked for again if it may be there later', async () => {
    let asks = 0
    const { frontier, results, runAll } = scene({
      rulesOf: async () => (++asks < 3 ? { class: 'timeout', message: 'late', mayPass: true } : OPEN),
    })
    frontier.add([at('')], 0)
    await runAll(() => page())
    expect(asks).toBe(3)
    expect(results).toMatchObject([{ kind: 'page', url: at('') }])
  })

  it('fails all pages of a host that is not reached', async () => {
    let asks = 0
    const { frontier, results, runAll } = scene({
      rulesOf: async () => {
        asks++
        return { class: 'connection', message: 'refused', mayPass: true }
      },
    })
    frontier.add([at('1'), at('2')], 0)
    expect(await runAll(() => page())).toEqual([])
    expect(asks).toBe(3)
    expect(results.map((result) => result.kind === 'failed' && result.class)).toEqual([
      'connection',
      'connection',
    ])
  })

  it('is asked for at 16 origins at a time', async () => {
    let [now, most] = [0, 0]
    const { frontier, results, runAll } = scene({
      rulesOf: async () => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setTimeout(resolve, 2))
        now--
        return OPEN
      },
    })
    frontier.add(
      Array.from({ length: 100 }, (_, index) => `http://h${index}.example/`),
      0,
    )
    await runAll(() => page())
    expect(most).toBe(16)
    expect(results).toHaveLength(100)
  })
})

describe('redirects', () => {
  it('are requests of their own, of the same depth', async () => {
    const { frontier, results, runAll } = scene()
    frontier.add([at('a')], 0)
    const requests: PageRequest[] = []
    await runAll((request) => {
      requests.push(request)
      return request.url === at('a') ? redirect('http://a.example/x/../b#top') : page()
    })
    expect(requests[1]).toMatchObject({ url: at('b'), depth: 0, hops: 1 })
    expect(results).toMatchObject([{ kind: 'redirect', to: at('b') }, { kind: 'page' }])
  })

  it('are followed 10 times', async () => {
    const { frontier, results, runAll } = scene()
    frontier.add([at('0')], 0)
    await runAll(({ url }) => redirect(at(String(Number(url.split('/').at(-1)) + 1))))
    expect(results).toHaveLength(11)
    expect(results.at(-1)).toMatchObject({ kind: 'failed', class: 'redirects', url: at('10'), hops: 10 })
  })

  it.each([1, 2, 3])('in a circle fail once, when %d are asked for at once', async (atOnce) => {
    const circle: Record<string, string> = { [at('a')]: at('b'), [at('b')]: at('c'), [at('c')]: at('a') }
    const { frontier, results, runAll } = scene()
    frontier.add(Object.keys(circle), 0)
    await runAll(({ url }) => redirect(circle[url] as string), atOnce)
    expect(results).toHaveLength(3)
    expect(results.filter((result) => result.kind === 'failed' && result.class === 'redirects')).toHaveLength(
      1,
    )
  })

  it('to themselves fail', async () => {
    const { frontier, results, runAll } = scene()
    frontier.add([at('a')], 0)
    await runAll(({ url }) => redirect(url))
    expect(results).toMatchObject([{ class: 'redirects', status: 302 }])
  })

  it('out of scope are not followed', async () => {
    const { frontier, results, runAll } = scene({ isInScope: (url) => url.startsWith('http://a.') })
    frontier.add([at('a')], 0)
    expect(await runAll(() => redirect('http://b.example/'))).toEqual([at('a')])
    expect(results).toMatchObject([{ kind: 'redirect', to: 'http://b.example/' }])
  })

  it('count for no page of their own', async () => {
    const { frontier, results, runAll } = scene({ maxPages: 1 })
    frontier.add([at('a'), at('other')], 0)
    await runAll(({ url }) => (url === at('a') ? redirect(at('b')) : page()))
    expect(urls(results)).toEqual([at('a'), at('b')])
  })
})

describe('a failure', () => {
  it('that may pass is tried again, and told with its history', async () => {
    const { frontier, results, runAll } = scene()
    frontier.add([at('a')], 0)
    const attempts: number[] = []
    await runAll(({ attempt }) => {
      attempts.push(attempt)
      return failed('timeout', { message: `late ${attempt}` })
    })
    expect(attempts).toEqual([1, 2, 3])
    expect(results).toMatchObject([
      {
        class: 'timeout',
        attempts: 3,
        history: [{ message: 'late 1' }, { message: 'late 2' }, { message: 'late 3' }],
      },
    ])
  })

  it('that heals has a page at the end', async () => {
    const { frontier, results, runAll } = scene()
    frontier.add([at('a')], 0)
    await runAll(({ attempt }) => (attempt < 3 ? failed('server-error') : page()))
    expect(results).toMatchObject([{ kind: 'page', attempts: 3 }])
  })

  it('that will not pass is final', async () => {
    const { frontier, results, runAll } = scene()
    frontier.add([at('a')], 0)
    await runAll(() => failed('client-error', { mayPass: false, status: 404 }))
    expect(results).toMatchObject([{ class: 'client-error', status: 404, attempts: 1 }])
  })
})

describe('a host that asks for quiet', () => {
  const throttled = (retryAfterMs?: number) =>
    failed('throttled', { status: 429, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })

  it('is left alone for so long, with all its pages', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { frontier, next } = scene()
    frontier.add([at('1')], 0)
    await next()
    frontier.add([at('2'), 'http://b.example/'], 0)
    frontier.settle(0, throttled(5000))
    expect(await next()).toMatchObject({ value: { url: 'http://b.example/' } })
    frontier.settle(1, page())
    let value: string | undefined
    const second = next().then((result) => {
      value = result.value.url
    })
    await vi.advanceTimersByTimeAsync(4900)
    expect(value).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1000)
    await second
    expect([at('1'), at('2')]).toContain(value)
  })

  it('is given up if it does so again and again, and the run ends', async () => {
    const { frontier, results, runAll } = scene({
      rulesOf: ONE_AT_A_TIME,
      retries: { backoffMs: 1, maxStalls: 4, maxThrottled: 1000 },
    })
    frontier.add(
      Array.from({ length: 50 }, (_, index) => at(String(index))),
      0,
    )
    const order = await runAll(() => throttled())
    expect(order).toHaveLength(4)
    expect(results).toHaveLength(50)
    expect(results.every((result) => result.kind === 'failed' && result.class === 'throttled')).toBe(true)
  })

  it('is given up as soon if timers are early against the clock', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { frontier, results, runAll } = scene({
      rulesOf: ONE_AT_A_TIME,
      retries: { backoffMs: 1, maxStalls: 4, maxThrottled: 8 },
    })
    frontier.add([at('1'), at('2')], 0)
    // The clock stands still: each quiet is over before its time.
    expect(await runAll(() => throttled())).toHaveLength(4)
    expect(results.map(({ kind }) => kind)).toEqual(['failed', 'failed'])
  })

  it('is not given up for answers to requests that were out together', async () => {
    const { frontier, results, take, runAll } = scene({ retries: { backoffMs: 1, maxStalls: 2 } })
    frontier.add(
      Array.from({ length: 10 }, (_, index) => at(String(index))),
      0,
    )
    const out = []
    for (let count = 0; count < 10; count++) out.push(await take())
    for (const taken of out) frontier.settle(taken?.number as number, throttled(20))
    await runAll(() => page())
    expect(results.map(({ kind }) => kind)).toEqual(new Array(10).fill('page'))
  })

  it('is given up if it asks for more than a run waits', async () => {
    const { frontier, results, runAll } = scene({ rulesOf: ONE_AT_A_TIME })
    frontier.add([at('1'), at('2')], 0)
    expect(await runAll(() => throttled(3_600_000))).toHaveLength(1)
    expect(results.map((result) => result.kind === 'failed' && result.class)).toEqual([
      'throttled',
      'throttled',
    ])
  })

  it('fails a page that it never gives, though the others are given', async () => {
    const { frontier, results, runAll } = scene({ retries: { backoffMs: 1, maxThrottled: 5 } })
    frontier.add([at('never'), ...Array.from({ length: 50 }, (_, index) => at(String(index)))], 0)
    const order = await runAll(({ url }) => (url === at('never') ? throttled() : page()))
    expect(order.filter((url) => url === at('never'))).toHaveLength(5)
    expect(results).toHaveLength(51)
  })
})

describe('the results of a stopped run', () => {
  it('are not fetched again; their links are, but for those that are finished', async () => {
    const first = scene({ maxPages: 1000 })
    const answer = ({ url }: PageRequest) => {
      const number = Number(url.split('/').at(-1))
      if (number % 5 === 4) return redirect(at(String(number + 1)))
      return number % 7 === 6
        ? failed('client-error', { mayPass: false })
        : page(at(String(number + 1)), at(String(number + 2)))
    }
    const whole = scene({ maxDepth: 50 })
    whole.frontier.add([at('0')], 0)
    await whole.runAll(answer)
    first.frontier.add([at('0')], 0)
    for (let count = 0; count < 12; count++) {
      const taken = await first.take()
      if (taken !== undefined) first.frontier.settle(taken.number, answer(taken.request))
    }
    first.frontier.stop()
    const second = scene({ maxDepth: 50 })
    second.frontier.restore(first.results)
    second.frontier.add([at('0')], 0)
    const order = await second.runAll(answer)
    expect(first.results.length).toBeGreaterThan(5)
    expect(order.filter((url) => first.results.some((result) => result.url === url))).toEqual([])
    expect(urls([...first.results, ...second.results])).toEqual(urls(whole.results))
  })
})

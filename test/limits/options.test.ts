import { describe, expect, it } from 'vitest'
import { codecs, KeyedRateLimiter, Queue, RateLimiter } from '../../src/index.ts'

const TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }
const VALUE = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }
const RANGE = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }

const error = (kind: object, ...parts: string[]) =>
  expect.objectContaining({
    ...kind,
    message: expect.stringMatching(new RegExp(parts.map(escaped).join('.*'))),
  })

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

const COUNT = 'an integer from 1 to 2147483647'
const MS = 'a number of milliseconds above 0, at most 2147483647'
const good = { limit: 10, interval: 1000 }

/** Options that both classes refuse, the error, and the parts of its message. */
const bad: [options: unknown, kind: object, parts: string[]][] = [
  [undefined, TYPE, ['options', 'an object with limit and interval', 'undefined']],
  [null, TYPE, ['options', 'an object', 'null']],
  [7, TYPE, ['options', 'an object', '7']],
  [{ ...good, limit: undefined }, TYPE, ['options.limit', COUNT, 'undefined']],
  [{ ...good, limit: '10' }, TYPE, ['options.limit', COUNT, "'10'"]],
  [{ ...good, limit: 10n }, TYPE, ['options.limit', COUNT, '10n']],
  [{ ...good, limit: 0 }, RANGE, ['options.limit', COUNT, '0']],
  [{ ...good, limit: -1 }, RANGE, ['options.limit', COUNT, '-1']],
  [{ ...good, limit: 1.5 }, RANGE, ['options.limit', COUNT, '1.5']],
  [{ ...good, limit: Number.NaN }, RANGE, ['options.limit', COUNT, 'NaN']],
  [{ ...good, limit: Number.POSITIVE_INFINITY }, RANGE, ['options.limit', COUNT, 'Infinity']],
  [{ ...good, limit: 2 ** 31 }, RANGE, ['options.limit', COUNT, '2147483648']],
  [
    { limit: 1_000_001, interval: 1 },
    RANGE,
    ['options.limit', 'at most 1000000 for each ms of the interval of 1 ms', '1000001'],
  ],
  [{ limit: 10 }, TYPE, ['options.interval', MS, 'undefined']],
  [{ ...good, interval: '1s' }, TYPE, ['options.interval', MS, "'1s'"]],
  [{ ...good, interval: 0 }, RANGE, ['options.interval', MS, '0']],
  [{ ...good, interval: -5 }, RANGE, ['options.interval', MS, '-5']],
  [{ ...good, interval: Number.NaN }, RANGE, ['options.interval', MS, 'NaN']],
  [{ ...good, interval: Number.POSITIVE_INFINITY }, RANGE, ['options.interval', MS, 'Infinity']],
  [{ ...good, interval: 2 ** 31 }, RANGE, ['options.interval', MS, '2147483648']],
  [{ ...good, burst: 0 }, RANGE, ['options.burst', COUNT, '0']],
  [{ ...good, burst: 1.5 }, RANGE, ['options.burst', COUNT, '1.5']],
  [{ ...good, burst: null }, TYPE, ['options.burst', COUNT, 'null']],
  [{ ...good, burst: 2 ** 31 }, RANGE, ['options.burst', COUNT, '2147483648']],
  [{ ...good, name: 7 }, TYPE, ['options.name', 'a string', '7']],
  [{ ...good, Interval: 1 }, VALUE, ['options.Interval', 'did you mean interval?']],
  [{ ...good, intervall: 1 }, VALUE, ['options.intervall', 'did you mean interval?']],
]

describe.each([
  ['RateLimiter', RateLimiter],
  ['KeyedRateLimiter', KeyedRateLimiter],
] as const)('%s', (_, Limiter) => {
  it.each(bad)('refuses %o by name, range and value', (options, kind, parts) => {
    expect(() => new Limiter(options as never)).toThrow(error(kind, ...parts))
  })

  it('takes undefined for the default of each option', () => {
    const limiter = new Limiter({ ...good, burst: undefined, name: undefined })
    const key = Limiter === KeyedRateLimiter ? 'a' : undefined
    expect(Boolean(limiter.tryAcquire(key as never))).toBe(true)
    expect(limiter.tryAcquire(key as never)).toBe(false)
  })

  it('takes the least and the greatest values', () => {
    for (const options of [
      { limit: 1, interval: 2 ** 31 - 1, burst: 2 ** 31 - 1 },
      { limit: 2 ** 31 - 1, interval: 2 ** 31 - 1 },
      { limit: 1, interval: 1e-6 },
      { limit: 1_000_000, interval: 1 },
    ])
      expect(() => new Limiter(options)).not.toThrow()
  })

  it('refuses to be posted, with what to do instead', () => {
    const limiter = new Limiter(good)
    const advice = 'send its `handle`, and `attach` it there'
    for (const codec of [codecs.structured, codecs.json]) {
      const queue = new Queue({ codec: codec as never })
      expect(() => queue.tryPut(limiter as never)).toThrow(advice)
      expect(queue.size).toBe(0)
    }
    const queue = new Queue({ codec: codecs.json })
    expect(() => queue.tryPut([limiter.handle] as never)).toThrow('a handle cannot be an item')
  })
})

describe('options of a RateLimiter', () => {
  it('refuse those that only keys have', () => {
    expect(() => new RateLimiter({ ...good, maxKeys: 5 } as never)).toThrow(error(VALUE, 'options.maxKeys'))
    expect(() => new RateLimiter({ ...good, limit: () => good } as never)).toThrow(
      error(TYPE, 'options.limit', COUNT),
    )
  })
})

describe('options of a KeyedRateLimiter', () => {
  it.each<[options: object, kind: object, parts: string[]]>([
    [{ ...good, concurrency: 0 }, RANGE, ['options.concurrency', COUNT, '0']],
    [{ ...good, concurrency: '2' }, TYPE, ['options.concurrency', COUNT, "'2'"]],
    [{ ...good, maxKeys: 0 }, RANGE, ['options.maxKeys', 'an integer from 1 to 1048576', '0']],
    [{ ...good, maxKeys: 2 ** 20 + 1 }, RANGE, ['options.maxKeys', 'an integer from 1 to 1048576']],
    [{ ...good, maxKeys: null }, TYPE, ['options.maxKeys', 'an integer from 1 to 1048576', 'null']],
    [
      { limit: () => good, interval: 1 },
      VALUE,
      ['options.interval', 'absent if options.limit is a function'],
    ],
    [{ limit: () => good, burst: 1 }, VALUE, ['options.burst', 'absent']],
    [{ limit: () => good, concurrency: 1 }, VALUE, ['options.concurrency', 'absent']],
  ])('refuses %j', (options, kind, parts) => {
    expect(() => new KeyedRateLimiter(options as never)).toThrow(error(kind, ...parts))
  })

  it.each<[answer: unknown, kind: object, parts: string[]]>([
    [undefined, TYPE, ["options.limit: its result for 'k'", 'a quota']],
    [null, TYPE, ["options.limit: its result for 'k'", 'null']],
    [5, TYPE, ["options.limit: its result for 'k'", '5']],
    [Promise.resolve(good), TYPE, ["options.limit: its result for 'k'", 'limit']],
    [{ ...good, limit: 0 }, RANGE, ["options.limit: its result for 'k'.limit", COUNT, '0']],
    [{ limit: 1 }, TYPE, ["its result for 'k'.interval", MS]],
    [{ ...good, burst: -1 }, RANGE, ["its result for 'k'.burst", COUNT]],
    [{ ...good, concurrency: 0 }, RANGE, ["its result for 'k'.concurrency", COUNT]],
    [{ ...good, places: 1 }, VALUE, ["its result for 'k'.places", 'known are']],
  ])('refuses %o of its quota function, and uses no key', async (answer, kind, parts) => {
    const limiter = new KeyedRateLimiter({ limit: () => answer as never })
    expect(() => limiter.tryAcquire('k')).toThrow(error(kind, ...parts))
    await expect(limiter.acquire('k')).rejects.toThrow(error(kind, ...parts))
    expect(limiter.stats()).toMatchObject({ keys: 0, granted: 0 })
  })
})

describe('arguments of a call', () => {
  const limiter = new RateLimiter({ ...good, name: 'pages' })
  const keyed = new KeyedRateLimiter(good)
  const LIMIT = 'an integer from 1 to the limit, which is 10'

  it.each<[options: unknown, kind: object, parts: string[]]>([
    [5, TYPE, ['options', 'an object']],
    [{ timeout: -1 }, RANGE, ['options.timeout', 'milliseconds from 0 to 2147483647', '-1']],
    [{ timeout: '5' }, TYPE, ['options.timeout', "'5'"]],
    [{ signal: 1 }, TYPE, ['options.signal', 'an AbortSignal', '1']],
    [{ weight: 0 }, RANGE, ['options.weight', 'from 1 to 10', '0']],
    [{ weight: 1.5 }, RANGE, ['options.weight', 'from 1 to 10', '1.5']],
    [{ weight: '3' }, TYPE, ['options.weight', "'3'"]],
    [{ weight: 11 }, RANGE, ['options.weight', LIMIT, '11']],
    [{ wait: 3 }, VALUE, ['options.wait']],
  ])('are refused: acquire(%j)', async (options, kind, parts) => {
    await expect(limiter.acquire(options as never)).rejects.toThrow(error(kind, ...parts))
    await expect(keyed.acquire('k', options as never)).rejects.toThrow(error(kind, ...parts))
    expect(limiter.stats()).toMatchObject({ granted: 0, waiting: 0 })
  })

  it('are refused: a weight of tryAcquire above the limit, an ordinary signal of acquireSync', () => {
    expect(() => limiter.tryAcquire(11)).toThrow(error(RANGE, 'weight', LIMIT, '11'))
    expect(() => limiter.tryAcquire('1' as never)).toThrow(error(TYPE, 'weight'))
    const { signal } = new AbortController()
    expect(() => limiter.acquireSync({ signal })).toThrow(error(VALUE, 'options.signal'))
    expect(limiter.stats()).toMatchObject({ granted: 0, refused: 0 })
  })

  it.each<[ms: unknown, kind: object]>([
    [undefined, TYPE],
    ['5', TYPE],
    [Number.NaN, RANGE],
    [-1, RANGE],
    [2 ** 31, RANGE],
  ])('are refused: penalize(%s), such as of a header that is no number', (ms, kind) => {
    const part = 'a number of milliseconds from 0 to 2147483647'
    expect(() => limiter.penalize(ms as never)).toThrow(error(kind, 'ms', part))
    expect(() => keyed.penalize('k', ms as never)).toThrow(error(kind, 'ms', part))
  })

  it.each([undefined, null, 5, Symbol('s'), {}, ['a']])('are refused: the key %s', async (key) => {
    const refusal = error(TYPE, 'key', 'a string')
    expect(() => keyed.tryAcquire(key as never)).toThrow(refusal)
    expect(() => keyed.acquireSync(key as never)).toThrow(refusal)
    expect(() => keyed.release(key as never)).toThrow(refusal)
    expect(() => keyed.penalize(key as never, 5)).toThrow(refusal)
    await expect(keyed.acquire(key as never)).rejects.toThrow(refusal)
    if (key !== undefined) expect(() => keyed.stats(key as never)).toThrow(refusal)
  })
})

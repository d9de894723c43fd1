import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../../examples/scraper/retry-after.ts'

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0)
const waitOf = (header: string | string[] | undefined) => retryAfterMs(header, 60_000, NOW)

describe('Retry-After', () => {
  it.each([
    ['3', 3000],
    [' 10 ', 10_000],
    ['60', 60_000],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 12:00:30 GMT', 30_000],
    ['Thu Jan  1 12:00:30 2026 GMT', 30_000],
  ])('of %j is a wait', (header, ms) => {
    expect(waitOf(header)).toBe(ms)
  })

  it.each([['61'], ['9'.repeat(400)], ['Fri, 01 Jan 2027 12:00:00 GMT']])('of %j is capped', (header) => {
    expect(waitOf(header)).toBe(60_000)
  })

  it.each([
    [undefined],
    [''],
    ['0'],
    ['00'],
    ['-5'],
    ['1.5'],
    ['1e3'],
    ['soon'],
    ['Thu, 01 Jan 2026 11:59:59 GMT'],
    ['Thu, 01 Jan 2026 12:00:00 GMT'],
    ['Thu, 99 Foo 2026 12:00:00 GMT'],
    ['2027-01-01T00:00:00Z'],
  ])('of %j asks for no wait', (header) => {
    expect(waitOf(header)).toBeUndefined()
  })

  it('counts once if it came twice', () => {
    expect(waitOf(['4', '5'])).toBe(4000)
  })
})

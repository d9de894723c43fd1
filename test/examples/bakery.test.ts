import { beforeAll, describe, expect, it } from 'vitest'
import { interruptAt, type Outcome, run } from './run.ts'

describe('bakery', () => {
  let day: Outcome
  beforeAll(async () => {
    day = await run('bakery.ts')
  })

  it('sells every loaf that was baked, and exits with 0', () => {
    expect(day.stderr).toBe('')
    expect(day.stdout).toMatch(/\n10 baked = 10 sold\n$/)
    expect(day.code).toBe(0)
    const loaves = (what: string) =>
      [...day.stdout.matchAll(new RegExp(`${what} loaf (\\S+)`, 'g'))].map((match) => match[1]).sort()
    const expected = ['1.1', '1.2', '1.3', '1.4', '1.5', '2.1', '2.2', '2.3', '2.4', '2.5']
    expect(loaves('baked')).toEqual(expected)
    expect(loaves('bought')).toEqual(expected)
  })

  it('shows a baker waiting for room and a customer waiting for bread', () => {
    expect(day.stdout).toMatch(/\[###\] {2}baker \d +waits: the shelf is full/)
    expect(day.stdout).toMatch(/\[ {3}\] {2}customer \d +waits: the shelf is empty/)
  })

  it('prints lines while it runs', () => {
    const early = day.pieces.filter(({ before }) => before > 500)
    expect(early.length).toBeGreaterThan(5)
    expect(early[0]?.text).toMatch(/^Two bakers and three customers/)
  })

  it('ends with a table of items, working and waiting for each thread', () => {
    const rows = [...day.stdout.matchAll(/^((?:baker|customer) \d) +(\d+) +[\d.]+ s +[\d.]+ s$/gm)]
    const names = ['baker 1', 'baker 2', 'customer 1', 'customer 2', 'customer 3']
    expect(rows.map((row) => row[1])).toEqual(names)
    expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).toBe(20)
  })

  it('sells what was baked before Ctrl-C, reports, and exits with 130', async () => {
    const { code, stdout, stderr } = await run('bakery.ts', [], { onStart: interruptAt('bought loaf') })
    expect(stderr).toBe('')
    const [, baked, sold] = /\n(\d) baked = (\d) sold\n$/.exec(stdout) ?? []
    expect(baked).toBe(sold)
    expect(Number(baked)).toBeGreaterThan(0)
    expect(code).toBe(130)
  })

  it('takes two SIGINTs within some ms for one, because npx repeats that of the terminal', async () => {
    const { code, stdout } = await run('bakery.ts', [], { onStart: interruptAt('bought loaf', 30) })
    expect(stdout).toMatch(/\n(\d) baked = \1 sold\n$/)
    expect(code).toBe(130)
  })

  it('ends at once at the second Ctrl-C', async () => {
    const { signal, stdout } = await run('bakery.ts', [], { onStart: interruptAt('bought loaf', 400) })
    expect(signal).toBe('SIGINT')
    expect(stdout).not.toMatch(/sold/)
  })
})

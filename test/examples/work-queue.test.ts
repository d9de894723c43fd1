import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interruptAt, type Outcome, run } from './run.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-work-queue-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const EXAMPLE = 'work-queue.ts'
const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url).href
const IDS = [1, 2, 3].flatMap((producer) => [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `${producer}-${number}`))

const idsOf = (stdout: string, what: string) =>
  [...stdout.matchAll(new RegExp(`${what} (\\d-\\d) `, 'g'))].map((match) => match[1]).sort()

describe('work-queue', () => {
  let day: Outcome
  beforeAll(async () => {
    day = await run(EXAMPLE)
  })

  it('finishes every item once, each with a hash that meets its difficulty, and exits with 0', () => {
    expect(day.stderr).toBe('')
    expect(idsOf(day.stdout, 'made')).toEqual(IDS)
    expect(idsOf(day.stdout, 'finished')).toEqual(IDS)
    expect(day.stdout).toMatch(/\n24 items in = 24 items out\nchecked: every hash meets its difficulty\n$/)
    expect(day.code).toBe(0)
  })

  it('prints how many items of each type each consumer finished', () => {
    const rows = [...day.stdout.matchAll(/^consumer (\d) +(\d+) +(\d+) +(\d+) +(\d+) +[\d.]+ s$/gm)]
    expect(rows.map((row) => row[1])).toEqual(['1', '2', '3', '4'])
    const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0)
    expect([sum(2), sum(3), sum(4), sum(5)]).toEqual([24, 8, 8, 8])
  })

  it('prints how long items waited', () => {
    const waits = /p50 (\d+) ms, p90 (\d+) ms, p99 (\d+) ms, at most (\d+) ms\n/.exec(day.stdout)
    const figures = (waits ?? []).slice(1).map(Number)
    expect(figures).toHaveLength(4)
    expect(figures).toEqual(figures.toSorted((a, b) => a - b))
  })

  it('never queues more than ten, and fills up', () => {
    const queued = [...day.stdout.matchAll(/\[(#*) *\]/g)].map((match) => match[1]?.length ?? 0)
    expect(Math.max(...queued)).toBe(10)
  })

  it('finishes the items made before Ctrl-C, reports, and exits with 130', async () => {
    const { code, stdout, stderr } = await run(EXAMPLE, [], { onStart: interruptAt('finished') })
    expect(stderr).toBe('')
    const [, made] = /\n(\d+) items in = \1 items out\nchecked/.exec(stdout) ?? []
    expect(Number(made)).toBeGreaterThan(0)
    expect(code).toBe(130)
  })

  it('loses no item when a consumer dies while it holds one', async () => {
    const { code, stdout } = await run(EXAMPLE, [], {
      imports: [fixture('dies-before-done.mjs')],
      env: { DEATH_MARK: join(scratch, 'died') },
    })
    expect(stdout).toMatch(/\n24 items in = 24 items out\nchecked/)
    expect(code).toBe(0)
  })

  it('finds hashes that do not meet their difficulty, and exits with 1', async () => {
    const { code, stdout } = await run(EXAMPLE, [], { imports: [fixture('lies-about-hashes.mjs')] })
    expect(stdout).toMatch(/\n24 items in = 24 items out\nwrong hashes: .*1-1/)
    expect(code).toBe(1)
  })
})

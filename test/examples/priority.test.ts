import { beforeAll, describe, expect, it } from 'vitest'
import { interruptAt, type Outcome, run } from './run.ts'

const EXAMPLE = 'priority.ts'
const IDS = [1, 2].flatMap((producer) => [1, 2, 3, 4, 5, 6, 7].map((number) => `P${producer}-${number}`))
const urgency = (bangs: string) => 4 - bangs.length

describe('priority', () => {
  let day: Outcome
  let rows: { arrived: string; served: string; priority: number }[]
  beforeAll(async () => {
    day = await run(EXAMPLE)
    rows = [...day.stdout.matchAll(/^ +\d+ +(P\d-\d) +!+ +(P\d-\d) +(!+)$/gm)].map((row) => ({
      arrived: row[1] as string,
      served: row[2] as string,
      priority: urgency(row[3] as string),
    }))
  })

  it('serves every task once, checks the order, and exits with 0', () => {
    expect(day.stderr).toBe('')
    expect(rows.map(({ arrived }) => arrived).sort()).toEqual(IDS)
    expect(rows.map(({ served }) => served).sort()).toEqual(IDS)
    expect(day.stdout).toMatch(
      /\n14 tasks in = 14 tasks out\nchecked: none was taken while one that comes before it was waiting\n$/,
    )
    expect(day.code).toBe(0)
  })

  it('shows that urgent tasks overtake', () => {
    const [, overtook] = /\n(\d+) of 14 tasks overtook one that had come before them\n/.exec(day.stdout) ?? []
    expect(Number(overtook)).toBeGreaterThan(0)
    // The producers are ahead of the consumers, so the tasks left at the end are the least urgent.
    expect(rows.at(-1)?.priority).toBe(3)
  })

  it('exits with 1 when tasks are taken in another order', async () => {
    const imports = [new URL('./fixtures/takes-in-order-of-arrival.mjs', import.meta.url).href]
    const { code, stdout } = await run(EXAMPLE, [], { imports })
    expect(stdout).toMatch(/\ntaken too early: P\d-\d before P\d-\d/)
    expect(code).toBe(1)
  })

  it('finishes the tasks made before Ctrl-C, reports, and exits with 130', async () => {
    const { code, stdout, stderr } = await run(EXAMPLE, [], { onStart: interruptAt('took') })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\n(\d+) tasks in = \1 tasks out\nchecked/)
    expect(code).toBe(130)
  })
})

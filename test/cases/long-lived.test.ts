import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Case, DEADLINE_MS, nodes, sample } from './case.ts'

const REQUESTS = 24

let site: Case
beforeAll(() => {
  site = new Case('long-lived')
})
afterAll(() => site.remove())

const ask = async (node: string, kind: string) => {
  const { code, stdout, stderr } = await site.run(node, '.', ['--expose-gc', 'main.mjs', kind])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return JSON.parse(stdout)
}

describe.each(nodes)('a long-lived supervisor, on Node $version', ({ path }) => {
  it.each(sample(1, ['kept', 'joined', 'results', 'supervisorJoined', 'failed']))(
    'keeps no arguments, results or queues of groups that have ended: %s',
    { timeout: DEADLINE_MS + 10_000 },
    async (kind) => {
      const { keptQueues, keptMiB, groups, earlier, reported, failed } = await ask(path, kind)
      expect(keptQueues).toBeLessThan(10)
      // One request takes 8 MiB.
      expect(keptMiB).toBeLessThan(80)
      const others = kind === 'kept' ? 1 : 0
      expect(groups).toBe(16 + others)
      expect(earlier.groups).toBe(REQUESTS - 16)
      expect(reported).toBe(REQUESTS + others)
      expect(failed).toBe(kind === 'failed' ? REQUESTS : 0)
    },
  )

  it('keeps nothing of joins whose timeout lapsed', { timeout: DEADLINE_MS + 10_000 }, async () => {
    const { grewByMiB } = await ask(path, 'lapsed')
    // The program makes 40,000 such joins.
    expect(grewByMiB).toBeLessThan(8)
  })

  it('keeps no arguments and no empty queues of groups that nobody joined', {
    timeout: DEADLINE_MS + 10_000,
  }, async () => {
    const { keptQueues, keptMiB, groups, reported } = await ask(path, 'unjoined')
    expect(keptQueues).toBeLessThan(10)
    expect(keptMiB).toBeLessThan(80)
    // The report still lists each group that nobody has joined.
    expect(groups).toBe(REQUESTS)
    expect(reported).toBe(REQUESTS)
  })
})

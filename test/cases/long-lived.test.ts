import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Case, DEADLINE, nodes, sample } from './case.ts'

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

describe.each(nodes)('a supervisor that lives long, on Node $version', ({ path }) => {
  it.each(sample(2, ['kept', 'joined', 'results', 'supervisorJoined', 'failed']))(
    'lets go of arguments, results and queues of groups that are over: %s',
    { timeout: DEADLINE + 10_000 },
    async (kind) => {
      const { keptQueues, keptMiB, groups, earlier, reported, failed } = await ask(path, kind)
      expect(keptQueues).toBeLessThan(10)
      // One request has 8 MiB.
      expect(keptMiB).toBeLessThan(80)
      const others = kind === 'kept' ? 1 : 0
      expect(groups).toBe(16 + others)
      expect(earlier.groups).toBe(REQUESTS - 16)
      expect(reported).toBe(REQUESTS + others)
      expect(failed).toBe(kind === 'failed' ? REQUESTS : 0)
    },
  )

  it('keeps nothing of joins that lapsed', { timeout: DEADLINE + 10_000 }, async () => {
    const { grewByMiB } = await ask(path, 'lapsed')
    // 40,000 of them.
    expect(grewByMiB).toBeLessThan(8)
  })

  it('lets go of arguments, and of queues with nothing left, also if nobody joins', {
    timeout: DEADLINE + 10_000,
  }, async () => {
    const { keptQueues, keptMiB, groups, reported } = await ask(path, 'unjoined')
    expect(keptQueues).toBeLessThan(10)
    expect(keptMiB).toBeLessThan(80)
    // What nobody has joined is still to be told of one by one.
    expect(groups).toBe(REQUESTS)
    expect(reported).toBe(REQUESTS)
  })
})

import { afterAll, describe, expect, it } from 'vitest'
import { Case, DEADLINE_MS, nodes, sample } from './case.ts'

const site = new Case('dropped-queues')
afterAll(() => site.remove())

describe.each(nodes)('queues that are made and dropped, on Node $version', ({ path, version }) => {
  // On Node 26 V8 needs some milliseconds for each queue.
  const count = version.startsWith('v26') ? '1000' : '4000'

  it.each(sample(2, ['used', 'letters', 'unused', 'taken', 'iterated']))(
    'take no more memory if they are many: %s',
    { timeout: DEADLINE_MS + 10_000 },
    async (way) => {
      expect(await site.run(path, '.', ['main.mjs', way, count])).toMatchObject({
        code: 0,
        stdout: 'within bounds\n',
      })
    },
  )

  it('take no more memory if they are many and two threads use them', {
    timeout: DEADLINE_MS + 10_000,
  }, async () => {
    expect(await site.run(path, '.', ['attached.mjs', count])).toMatchObject({
      code: 0,
      stdout: 'within bounds\n',
    })
  })
})

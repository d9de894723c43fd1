import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes, sample } from './case.ts'

const site = new Case('quiet-source')
afterAll(() => site.remove())

describe.each(nodes)('a producer whose source is quiet, on Node $version', ({ path }) => {
  it.each(['fails', 'typo', 'stop'])('ends with its queue: %s', async (how) => {
    const ended = await site.run(path, '.', ['main.mjs', how])
    expect(ended).toMatchObject({ code: 0, stdout: `${how} PASS\n` })
  })

  it.each(sample(2, ['consume', 'late', 'spawn', 'produce']))(
    'ends when the queue behind a stage of %s has ended',
    async (how) => {
      const ended = await site.run(path, '.', ['chain.mjs', how])
      expect(ended).toMatchObject({ code: 0, stdout: 'cannot do it\n' })
    },
  )

  it('ends within grace of a signal although nobody ends the consumers', async () => {
    expect(await site.run(path, '.', ['signal.mjs'])).toMatchObject({ code: 143, stdout: 'in time\n' })
  })

  it.each(sample(2, ['generator', 'unclosable', 'polling', 'promise']))(
    'ends when it is asked to stop: %s',
    async (how) => {
      const ended = await site.run(path, '.', ['close.mjs', how])
      expect(ended).toMatchObject({ code: 0, stdout: how === 'generator' ? 'closed\nover\n' : 'over\n' })
    },
  )
})

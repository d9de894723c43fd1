import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes, sample } from './case.ts'

const site = new Case('unheard-notices')
afterAll(() => site.remove())

describe.each(nodes)('a main thread that gets no messages of threads, on Node $version', ({ path }) => {
  it.each(
    sample(2, [
      ['blocked', 'starter'],
      ['waiting', 'starter'],
      ['blocked', 'loaded'],
      ['waiting', 'loaded'],
    ]),
  )('tells a live thread from a dead one: %s, started by %s', async (how, starter) => {
    const ended = await site.run(path, '.', ['main.mjs', how, starter])
    expect(ended).toMatchObject({ code: 0, stdout: 'held 1, returned 0\nafter its death: a\n' })
  })
})

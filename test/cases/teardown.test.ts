import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('teardown')
afterAll(() => site.remove())

describe.each(nodes)('a consumer whose queue has ended, on Node $version', ({ path }) => {
  it('closes what it has tied to thread.signal', async () => {
    const ended = await site.run(path, '.', ['main.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'opened\nclosed: the function is over\n' })
  })
})

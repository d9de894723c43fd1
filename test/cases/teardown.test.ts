import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('teardown')
afterAll(() => site.remove())

describe.each(nodes)('a consumer whose queue has ended, on Node $version', ({ path }) => {
  it('aborts thread.signal', async () => {
    const ended = await site.run(path, '.', ['main.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'opened\nclosed: the function is over\n' })
  })

  it('can still put when thread.signal aborts', async () => {
    const stdout = 'consume 2\nspawn of spawn\nproduce of produce\nthrows 1\n'
    expect(await site.run(path, '.', ['puts.mjs'])).toMatchObject({ code: 0, stdout })
  })
})

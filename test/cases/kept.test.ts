import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('kept')
afterAll(() => site.remove())

describe.each(nodes)('nothing is kept, on Node $version', ({ path }) => {
  it('of Workers whose listeners were removed', async () => {
    const ended = await site.run(path, '.', ['--expose-gc', 'workers.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'true\n' })
  })

  it('but one lifeline of such a Worker, which a thread has started', async () => {
    expect(await site.run(path, '.', ['lifelines.mjs'])).toMatchObject({ code: 0, stdout: '1\n' })
  })

  it('of queues in a thread whose main thread has not loaded millrace', async () => {
    expect(await site.run(path, '.', ['ports.mjs'])).toMatchObject({ code: 0, stdout: 'true\n' })
  })
})

import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('kept')
afterAll(() => site.remove())

describe.each(nodes)('the memory of a program, on Node $version', ({ path }) => {
  it('keeps nothing of Workers whose listeners were removed', async () => {
    const ended = await site.run(path, '.', ['--expose-gc', 'workers.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'true\n' })
  })

  it('keeps one lifeline of a Worker that a thread started and whose listeners were removed', async () => {
    expect(await site.run(path, '.', ['lifelines.mjs'])).toMatchObject({ code: 0, stdout: '1\n' })
  })

  it('keeps no queues in a thread whose main thread has not loaded millrace', async () => {
    expect(await site.run(path, '.', ['ports.mjs'])).toMatchObject({ code: 0, stdout: 'true\n' })
  })
})

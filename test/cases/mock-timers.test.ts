import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('mock-timers')
afterAll(() => site.remove())

describe.each(nodes)('timers that a test mocks while millrace waits, on Node $version', ({ path }) => {
  it('keep no process alive after a wait', async () => {
    const ended = await site.run(path, '.', ['main.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'a\nnothing is left to wait for\n' })
  })

  it('keep no process alive after a group', async () => {
    expect(await site.run(path, '.', ['group.mjs'])).toMatchObject({ code: 0, stdout: '[ 1 ]\n' })
  })

  it('let no wait end late', async () => {
    const ended = await site.run(path, '.', ['timeout.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'a\n' })
  })
})

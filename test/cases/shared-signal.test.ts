import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('shared-signal')
afterAll(() => site.remove())

describe.each(nodes)('one signal for twelve waits, on Node $version,', ({ path }) => {
  it.each([
    ['supervisors', 'handled 2 left 0\n'],
    ['signalsOption', 'handled 0 left 0\n'],
    ['gets', 'handled 0 left 0\n'],
    ['puts', 'handled 0 left 0\n'],
    ['joins', 'handled 0 left 0\n'],
    ['selects', 'handled 0 left 0\n'],
    ['groupJoins', 'handled 0 left 0\n'],
    ['ofThread', 'ABORT_ERR\nhandled 0 left 0\n'],
  ])('has no listener for each: %s', async (kind, stdout) => {
    expect(await site.run(path, '.', ['main.mjs', kind])).toMatchObject({ code: 0, stdout })
  })
})

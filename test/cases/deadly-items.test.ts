import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('deadly-items')
afterAll(() => site.remove())

describe.each(nodes)('an item that kills its thread, on Node $version', ({ path }) => {
  it('becomes a dead letter after maxDeliveries, and does not end the run', async () => {
    const ended = await site.run(path, '.', ['letters.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'left 0, done 38, given up 7 after 3, 13 after 3\n' })
  })

  it('is the only item in its thread when it is delivered again, so that no other is charged', async () => {
    const ended = await site.run(path, '.', ['alone.mjs'])
    const expected = 'left 0, given up 7 after 3, 113 after 3, beside another 0, again true\n'
    expect(ended).toMatchObject({ code: 0, stdout: expected })
  })

  it('ends the run without maxDeliveries, with a failure that says what helps', async () => {
    const { code, stdout } = await site.run(path, '.', ['none.mjs'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /exit code 1 with 1 item held \((?:7|13)\); restart\.max is 3 within 60000 ms.*deadLetters/,
    )
  })
})

describe.each(nodes)('a generator function for consume, on Node $version', ({ path }) => {
  it.each(['generator', 'asyncGenerator', 'returnsGenerator', 'promisesGenerator', 'compiledGenerator'])(
    'is refused: %s',
    async (name) => {
      const ended = await site.run(path, '.', ['generators.mjs', name])
      expect(ended).toMatchObject({ code: 0, stdout: 'ERR_INVALID_RETURN_VALUE 1\n' })
    },
  )
})

describe.each(nodes)('properties of Object.prototype, on Node $version', ({ path }) => {
  it('are not taken for options', async () => {
    expect(await site.run(path, '.', ['polluted.mjs'])).toMatchObject({ code: 0, stdout: '[ 1 ] 1\n' })
    const too = await site.run(path, '.', ['polluted-too.mjs'])
    expect(too).toMatchObject({ code: 0, stdout: "[ 'one', 'two' ]\n" })
  })
})

import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('items')
afterAll(() => site.remove())

describe.each(nodes)('an object that is more than its properties, on Node $version', ({ path }) => {
  it.each(['structured', 'json', 'msgpack'])(
    'is refused as an item of codec %s, and may be logged',
    async (codec) => {
      const stdout = '0 {"other":{},"at":1}\n{ a: 1 }\n'
      expect(await site.run(path, '.', ['main.mjs', codec])).toMatchObject({ code: 0, stdout })
    },
  )

  it('is refused as a result', async () => {
    const results = ['returnsQueue', 'returnsNested', 'returnsMap'].map(
      (name) => `${name} ERR_INVALID_RETURN_VALUE true\n`,
    )
    const stdout = `${results.join('')}returnsHandle shelf\nERR_CODEC true\n`
    expect(await site.run(path, '.', ['results.mjs'])).toMatchObject({ code: 0, stdout })
  })
})

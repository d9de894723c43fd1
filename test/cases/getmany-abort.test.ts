import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('getmany-abort')
afterAll(() => site.remove())

describe.each(nodes)('a getMany whose signal is aborted while it lingers, on Node $version', ({ path }) => {
  it('returns the items that it has', async () => {
    const { code, stdout } = await site.run(path, '.', ['main.mjs'])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'manual got [ 1, 2, 3, 4 ] held 0 unfinished 0',
      'auto got [ 1, 2, 3, 4 ] held 0 unfinished 0',
      'PASS',
      '',
    ])
  })
})

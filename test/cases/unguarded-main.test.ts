import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('unguarded-main')
afterAll(() => site.remove())

describe.each(nodes)('a program whose threads load it, on Node $version', ({ path }) => {
  it.each(['main.mjs', 'main-async.mjs', 'awaits.mjs', 'no-stacks.mjs', 'imported-main.mjs', 'main.cjs'])(
    'is refused where it would start itself without end: %s',
    async (file) => {
      const { code, stdout, stderr } = await site.run(path, '.', [file])
      expect(code).not.toBe('killed')
      expect(stdout + stderr).toMatch(/isMillraceThread/)
      expect(stdout + stderr).not.toMatch(/restarts?,/)
    },
  )

  it('guards itself by isMillraceThread', async () => {
    expect(await site.run(path, '.', ['guarded.mjs'])).toMatchObject({ code: 0, stdout: '[ true ] false\n' })
  })
})

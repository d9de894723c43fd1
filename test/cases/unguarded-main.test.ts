import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('unguarded-main')
afterAll(() => site.remove())

describe.each(nodes)('a program whose threads load it, on Node $version', ({ path }) => {
  it.each([
    'main.mjs',
    'main-async.mjs',
    'awaits.mjs',
    'imported-main.mjs',
    'no-stacks.mjs',
    'main.cjs',
    'calls.mjs',
    'calls-later.mjs',
    'threaded-async.mjs',
    'warms.mjs',
  ])('is refused if it would start itself without end: %s', async (file) => {
    const { code, stdout, stderr } = await site.run(path, '.', [file], { NODE_NO_WARNINGS: '0' })
    expect(code).not.toBe('killed')
    expect(stdout + stderr).toMatch(/isMillraceThread/)
    expect(stdout + stderr).not.toMatch(/restarts?,/)
  })

  it('is refused if --import loads it before the main program', async () => {
    const { code, stdout } = await site.run(path, '.', ['--import', './preloaded.mjs', 'nothing.mjs'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/isMillraceThread/)
  })

  it('may start threads in the function of a thread', async () => {
    expect(await site.run(path, '.', ['nested.mjs'])).toMatchObject({ code: 0, stdout: '12\n' })
  })

  it('may guard itself by isMillraceThread', async () => {
    expect(await site.run(path, '.', ['guarded.mjs'])).toMatchObject({ code: 0, stdout: '[ true ] false\n' })
  })
})

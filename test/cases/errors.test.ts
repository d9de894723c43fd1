import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const stacks = new Case('stacks')
const flood = new Case('error-flood')
afterAll(() => {
  stacks.remove()
  flood.remove()
})

describe.each(nodes)('an error of a thread, on Node $version', ({ path }) => {
  it('has a stack of text although the program changes how stacks are made', async () => {
    const { code, stdout } = await stacks.run(path, '.', ['main.mjs'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^TypeError: no such format\n {4}at .*work\.mjs/)
    expect(stdout).not.toMatch(/\[object Object\]|\{\}/)
  })

  it('is reported for a group of a program without stacks', async () => {
    const ended = await stacks.run(path, '.', ['main-too.mjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'ERR_THREAD no such format\n' })
  })

  it('ends its thread and goes into a dead letter although it cannot be read', async () => {
    const { code, stdout } = await stacks.run(path, '.', ['unreadable.mjs'])
    expect(code).toBe(0)
    expect(stdout).toBe('code ERR_THREAD true\nrevoked ERR_THREAD true\nprototype ERR_THREAD true\n')
  })

  it('is printed once if 12 groups have the same', async () => {
    const { code, stderr } = await flood.run(path, '.', ['groups.mjs'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/12 failures; .* \(and 11 the same: see `report`\)/)
    expect(stderr.split('\n').length).toBeLessThan(60)
  })

  it('is printed once if 32 threads have the same', async () => {
    const { code, stderr } = await flood.run(path, '.', ['main.mjs'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/and 31 other threads the same/)
    expect(stderr.split('\n').length).toBeLessThan(60)
  })
})

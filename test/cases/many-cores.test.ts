import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('many-cores')
afterAll(() => site.remove())
const fake = ['--require', './fake-cores.cjs']

describe.each(nodes)('the threads at a queue, on Node $version', ({ path }) => {
  it('are few enough by default if a group has one for each of 64 cores', async () => {
    const ended = await site.run(path, '.', [...fake, 'one.mjs'], { CORES: '64' })
    expect(ended).toMatchObject({ code: 0, stdout: 'ok\n' })
  })

  it('are few enough by default if two groups have one for each of 32 cores', async () => {
    const ended = await site.run(path, '.', [...fake, 'two.mjs'], { CORES: '32' })
    expect(ended).toMatchObject({ code: 0, stdout: 'ok\n' })
  })

  it('are refused before they start if they are too many', async () => {
    const ended = await site.run(path, '.', ['excess.mjs'])
    expect(ended.stdout).toMatch(/^(ERR_TOO_MANY_THREADS 5 threads .*'few'.*maxThreads is 4\n){2}$/)
    const letters = await site.run(path, '.', ['letters.mjs'])
    expect(letters.stdout).toMatch(/^ERR_TOO_MANY_THREADS 5 threads .*'few'.*maxThreads is 4\n$/)
  })
})

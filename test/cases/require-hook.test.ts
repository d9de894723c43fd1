import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const bare = new Case('require-hook')
const withTsx = new Case('require-hook', ['tsx'])
afterAll(() => {
  bare.remove()
  withTsx.remove()
})

const SAME = { code: 0, stdout: 'main hook, thread hook, 0 restarts\n' }

describe.each(nodes)('a require hook of the program, on Node $version', ({ path }) => {
  describe.each([
    ['without tsx', bare],
    ['with tsx at hand', withTsx],
  ])('%s', (_, site) => {
    it('loads the TypeScript of threads if -r registers it', async () => {
      expect(await site.run(path, '.', ['-r', './hook.cjs', 'main.cjs', 'work.ts'])).toMatchObject(SAME)
    })

    it('makes CommonJS of the JavaScript of threads', async () => {
      const { code, stdout } = await site.run(path, '.', ['-r', './js-hook.cjs', 'main.cjs', 'work.js'])
      expect(stdout).toBe('main hook function, thread hook function, 0 restarts\n')
      expect(code).toBe(0)
    })

    it('loads the modules that the JavaScript of threads requires', async () => {
      expect(await site.run(path, '.', ['-r', './hook.cjs', 'main.cjs', 'plain.js'])).toMatchObject(SAME)
    })

    it('loads files of a language that only the hook knows', async () => {
      const ended = await site.run(path, '.', ['-r', './words-hook.cjs', 'main.cjs', 'work.words'])
      expect(ended).toMatchObject(SAME)
    })

    it('is registered in threads if a module of the main program registers it', async () => {
      for (const args of [
        ['main-hook.cjs', 'work.ts'],
        ['main-hook.mjs', 'work.ts'],
        ['main-hook.cjs', 'plain.js'],
      ])
        expect(await site.run(path, '.', args), args.join(' ')).toMatchObject(SAME)
      const { stdout } = await site.run(path, '.', ['main-hook.cjs', 'work.js', './js-hook.cjs'])
      expect(stdout).toBe('main hook function, thread hook function, 0 restarts\n')
    })

    it('is named in the error if threads cannot register it', async () => {
      const { stdout } = await site.run(path, '.', ['main-own-hook.cjs', 'work.ts'])
      expect(stdout).toMatch(
        /^main hook, thread thread 0 .* could not be set up: the main program loads \.ts/,
      )
      expect(stdout).toContain(site.path('main-own-hook.cjs'))
      expect(stdout).toContain('node -r ./hook.cjs main.cjs')
    })

    it('is not used for a module that only import can load', async () => {
      const { stdout, stderr } = await site.run(path, '.', ['-r', './quiet-hook.cjs', 'main-waiting.mjs'])
      expect(stdout, stderr).toBe('main waited, thread waited\n')
    })
  })
})

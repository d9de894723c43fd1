import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('strip-types', ['tsx'])
const FILES = {
  // Its own text tells who has loaded a function: Node leaves blanks where types were.
  'plain.ts': "export const look = (): string => (/ {3}/.test(String(look)) ? 'by Node' : 'by tsx')",
  'enum.ts': 'export enum Step {\n  one = 1,\n}\nexport const look = (): number => Step.one',
  'extensionless.ts': "import { Step } from './enum'\nexport const look = (): number => Step.one",
  'throwing.ts': "enum Step {\n  one = 1,\n}\nthrow new RangeError('too far: ' + Step.one)",
}
for (const [name, text] of Object.entries(FILES)) site.write(name, text)
site.write('a-file', '')
afterAll(() => site.remove())

const stripping = nodes.filter(({ strips }) => strips)
/** Node's words for the folder of temporary files: nobody, not even root, can write below a file. */
const UNWRITABLE = { TMPDIR: site.path('a-file/tmp') }
/** Dependencies are links out of the site. */
const PERMISSION = ['--permission', '--allow-worker', '--allow-fs-read=*']

describe.runIf(stripping.length > 0)('a thread, with tsx at hand (only where Node strips types)', () => {
  describe.each(stripping)('of Node $version', ({ path }) => {
    it('loads by Node what Node loads, where tsx could not', async () => {
      const expected = { code: 0, stdout: 'by Node,by Node, 0 restarts\n' }
      expect(await site.run(path, '.', ['main.mjs', 'plain.ts'])).toMatchObject(expected)
      expect(await site.run(path, '.', ['main.mjs', 'plain.ts'], UNWRITABLE)).toMatchObject(expected)
      expect(await site.run(path, '.', [...PERMISSION, 'main.mjs', 'plain.ts'])).toMatchObject(expected)
      const { stdout } = await site.run(path, '.', ['--import', 'tsx', 'main.mjs', 'plain.ts'])
      expect(stdout).toBe('by tsx,by tsx, 0 restarts\n')
    })

    it('loads by tsx what Node cannot, which is no restart', async () => {
      for (const file of ['enum.ts', 'extensionless.ts']) {
        const ended = await site.run(path, '.', ['main.mjs', file])
        expect(ended, file).toMatchObject({ code: 0, stdout: '1,1, 0 restarts\n' })
      }
    })

    it('says what both make of a module that neither can load', async () => {
      const { stdout } = await site.run(path, '.', ['main.mjs', 'enum.ts'], UNWRITABLE)
      expect(stdout).toMatch(
        /^ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: .*enum\.ts:1: .*enum is not supported.*; with tsx: ENOTDIR/,
      )
      expect(stdout).toMatch(/, 0 restarts\n$/)
      expect(stdout).not.toContain('npm i')
    })

    it('fails of what a module throws in the way that has loaded it', async () => {
      const { stdout } = await site.run(path, '.', ['main.mjs', 'throwing.ts'])
      expect(stdout).toBe('undefined: too far: 1, 0 restarts\n')
    })
  })
})

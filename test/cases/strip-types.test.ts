import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('strip-types', ['tsx'])
const FILES = {
  // The text of a function tells how it was loaded: Node leaves blanks in the place of types.
  'plain.ts': "export const look = (): string => (/ {3}/.test(String(look)) ? 'by Node' : 'by tsx')",
  'enum.ts': 'export enum Step {\n  one = 1,\n}\nexport const look = (): number => Step.one',
  'extensionless.ts': "import { Step } from './enum'\nexport const look = (): number => Step.one",
  'throwing.ts': "enum Step {\n  one = 1,\n}\nthrow new RangeError('too far: ' + Step.one)",
}
for (const [name, text] of Object.entries(FILES)) site.write(name, text)
site.write('a-file', '')
afterAll(() => site.remove())

const stripping = nodes.filter(({ strips }) => strips)
/** A folder for temporary files that cannot be written, not even by root, because it is below a file. */
const UNWRITABLE = { TMPDIR: site.path('a-file/tmp') }
/** The whole file system may be read, because dependencies are links out of the site. */
const PERMISSION = ['--permission', '--allow-worker', '--allow-fs-read=*']

describe.runIf(stripping.length > 0)('a thread, with tsx at hand (only where Node strips types)', () => {
  describe.each(stripping)('of Node $version', ({ path }) => {
    it('lets Node load what Node can, also if tsx could not', async () => {
      const expected = { code: 0, stdout: 'by Node,by Node, 0 restarts\n' }
      expect(await site.run(path, '.', ['main.mjs', 'plain.ts'])).toMatchObject(expected)
      expect(await site.run(path, '.', ['main.mjs', 'plain.ts'], UNWRITABLE)).toMatchObject(expected)
      expect(await site.run(path, '.', [...PERMISSION, 'main.mjs', 'plain.ts'])).toMatchObject(expected)
      const { stdout } = await site.run(path, '.', ['--import', 'tsx', 'main.mjs', 'plain.ts'])
      expect(stdout).toBe('by tsx,by tsx, 0 restarts\n')
    })

    it('lets tsx load what Node cannot, and counts no restart', async () => {
      for (const file of ['enum.ts', 'extensionless.ts']) {
        const ended = await site.run(path, '.', ['main.mjs', file])
        expect(ended, file).toMatchObject({ code: 0, stdout: '1,1, 0 restarts\n' })
      }
    })

    it('reports both errors for a module that neither can load', async () => {
      const { stdout } = await site.run(path, '.', ['main.mjs', 'enum.ts'], UNWRITABLE)
      expect(stdout).toMatch(
        /^ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: .*enum\.ts:1: .*enum is not supported.*; with tsx: ENOTDIR/,
      )
      expect(stdout).toMatch(/, 0 restarts\n$/)
      expect(stdout).not.toContain('npm i')
    })

    it('fails with the error that a module throws when tsx has loaded it', async () => {
      const { stdout } = await site.run(path, '.', ['main.mjs', 'throwing.ts'])
      expect(stdout).toBe('undefined: too far: 1, 0 restarts\n')
    })
  })
})

import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const site = new Case('bundled')
afterAll(() => site.remove())

const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
const PLACE = "const place = require('node:url').pathToFileURL(__filename).href;"
const ADVICE = /Error: millrace was bundled.* leave millrace external.*external:millrace/

/** Bundles `program` to `out`. */
async function bundle(out: string, options: object, program = 'main.mjs'): Promise<string[]> {
  await build({
    absWorkingDir: site.root,
    entryPoints: [program],
    outfile: out,
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
    ...options,
  })
  return [out]
}

describe.each(nodes)('a bundle, on Node $version', ({ path }) => {
  it.each([
    ['cjs', { format: 'cjs' }],
    ['mjs', { format: 'esm' }],
    ['mjs', { format: 'esm', banner: { js: REQUIRE } }],
    ['mjs', { format: 'esm', banner: { js: REQUIRE }, minify: true }],
    ['cjs', { format: 'cjs', banner: { js: PLACE }, define: { 'import.meta.url': 'place' } }],
  ])('says what helps if it contains millrace: %s, %j', async (extension, options) => {
    const { code, stderr } = await site.run(path, '.', await bundle(`out.${extension}`, options))
    expect(stderr).toMatch(ADVICE)
    expect(code).toBe(1)
  })

  it('says what helps if its modules have paths of the machine where it was made', async () => {
    const gone = {
      'import.meta.url': '"file:///gone/node_modules/millrace/lib/src/supervisor.js"',
    }
    const { code, stderr } = await site.run(
      path,
      '.',
      await bundle('moved.cjs', { format: 'cjs', define: gone }),
    )
    expect(stderr).toMatch(ADVICE)
    expect(code).toBe(1)
  })

  it('starts threads if its modules have their present paths, as webpack leaves them', async () => {
    const present = site.path('node_modules/millrace/lib/src/supervisor.js')
    const define = { 'import.meta.url': JSON.stringify(pathToFileURL(present).href) }
    const { code, stderr } = await site.run(path, '.', await bundle('placed.cjs', { format: 'cjs', define }))
    // The program's module is not there, and a thread says so.
    expect(stderr).toMatch(/ThreadError: .*could not be set up: cannot find .*nowhere.work\.mjs/)
    expect(code).toBe(1)
  })

  it.each([
    ['queue.cjs', 'cjs'],
    ['queue-bundle.mjs', 'esm'],
  ])('may contain queues: %s', async (out, format) => {
    const ended = await site.run(path, '.', await bundle(out, { format }, 'queue.mjs'))
    expect(ended).toMatchObject({ code: 0, stdout: 'no threads\n[ 1n ]\n' })
  })
})

describe('the package', () => {
  it('names the files that a bundler must not drop', () => {
    const { sideEffects } = JSON.parse(readFileSync(site.path('node_modules/millrace/package.json'), 'utf8'))
    for (const file of sideEffects)
      expect(readFileSync(site.path(`node_modules/millrace/${file}`))).toBeTruthy()
  })
})

import { readFileSync } from 'node:fs'
import { buildSync } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import { DEADLINE_MS, isWholeMatrix, nodes, Site } from '../loading/site.ts'
import { PROGRAM } from './sources.ts'

/** A package: whether package.json has `"type": "module"`, and what its modules give to `threaded`. */
const PACKAGES = {
  esm: { type: 'module', meta: 'import.meta' },
  untyped: { type: undefined, meta: 'import.meta' },
  cjs: { type: undefined, meta: '__filename' },
} as const
type Package = keyof typeof PACKAGES

interface Way {
  readonly title: string
  /** Arguments for Node. $ stands for node_modules. */
  readonly args: readonly string[]
  readonly packages: readonly Package[]
  /** The packages of a short run. */
  readonly brief: readonly Package[]
  /** The folder beside the package in which the program is; '' for the package itself. */
  readonly folder?: string
  readonly needsStripping?: boolean
}

const MAPS = '--enable-source-maps'
const vitest = (pool: string): Way => ({
  title: `vitest --pool=${pool}`,
  args: ['$/vitest/vitest.mjs', 'run', `--pool=${pool}`],
  packages: ['esm', 'untyped'],
  brief: pool === 'forks' ? ['esm'] : [],
})
const WAYS: readonly Way[] = [
  {
    title: 'tsx',
    args: ['$/tsx/dist/cli.mjs', 'main.ts'],
    packages: ['esm', 'untyped', 'cjs'],
    brief: ['cjs'],
  },
  { title: 'node --import tsx', args: ['--import', 'tsx', 'main.ts'], packages: ['esm', 'cjs'], brief: [] },
  {
    title: 'stripped types',
    args: ['main.ts'],
    packages: ['esm', 'untyped'],
    brief: ['esm'],
    needsStripping: true,
  },
  { title: 'tsc', folder: '-tsc', args: ['main.js'], packages: ['esm', 'cjs'], brief: ['cjs'] },
  {
    title: 'tsc, source maps',
    folder: '-tsc',
    args: [MAPS, 'main.js'],
    packages: ['esm', 'cjs'],
    brief: ['esm'],
  },
  { title: 'esbuild', folder: '-bundle', args: ['main.js'], packages: ['esm', 'cjs'], brief: [] },
  {
    title: 'esbuild, source maps',
    folder: '-bundle',
    args: [MAPS, 'main.js'],
    packages: ['esm', 'cjs'],
    brief: [],
  },
  {
    title: 'esbuild, minified',
    folder: '-bundle',
    args: ['main.min.js'],
    packages: ['esm', 'cjs'],
    brief: ['cjs'],
  },
  ...['forks', 'threads', 'vmForks', 'vmThreads'].map(vitest),
]

const files: Record<string, string> = {}
for (const [folder, { type, meta }] of Object.entries(PACKAGES)) {
  for (const [name, text] of Object.entries(PROGRAM))
    files[`${folder}/${name}`] = text.replaceAll('META', meta)
  for (const to of ['', '-tsc', '-bundle'])
    files[`${folder}${to}/package.json`] = JSON.stringify({ name: folder, type })
}
const site = new Site(['tsx', 'vitest'], files)
afterAll(() => site.remove())

for (const of of ['esm', 'cjs'] as const) {
  site.compile(of, `${of}-tsc`, { sourceMap: true })
  for (const [outfile, minify] of [
    ['main.js', false],
    ['main.min.js', true],
  ] as const)
    buildSync({
      entryPoints: [site.path(`${of}/main.ts`)],
      outfile: site.path(`${of}-bundle/${outfile}`),
      bundle: true,
      minify,
      sourcemap: true,
      platform: 'node',
      format: of,
      external: ['millrace'],
    })
}

const ANSWERS: Readonly<Record<string, string | RegExp>> = {
  double: '42',
  triple: '63',
  one: 'one',
  two: 'two',
  frozen: 'frozen',
  helped: 'by a helper',
  later: '22',
  named: 'by name',
  own: '20',
  default: 'default 1',
  main: /^TypeError: the threaded function \/.*:\d+:\d+ is not found.*\{ name: /,
}
const PLAIN = { plain: '0', refused: /^TypeError: threaded\(\) at \/.* was called twice/, stream: '45' }
/** A short run asks for some of the functions. */
const FEW = ['helped', 'own', 'main']

function matching(expected: Readonly<Record<string, string | RegExp>>): object {
  return Object.fromEntries(
    Object.entries(expected).map(([name, text]) => [
      name,
      typeof text === 'string' ? text : expect.stringMatching(text),
    ]),
  )
}

for (const node of nodes) {
  describe(`threaded functions on Node ${node.version}`, () => {
    for (const way of WAYS) {
      if (way.needsStripping === true && !node.strips) continue
      for (const of of isWholeMatrix ? way.packages : way.brief) {
        it(
          `are found, or refused by name: ${way.title}, in the package ${of}`,
          async () => {
            const asked = isWholeMatrix ? Object.keys(ANSWERS) : FEW
            const file = site.path(`answers-${process.hrtime.bigint()}.json`)
            const args = way.args.map((arg) => arg.replace('$', site.path('node_modules')))
            const variables = { ANSWERS: file, ASKED: asked.join(' ') }
            const ended = await site.run(node.path, `${of}${way.folder ?? ''}`, args, variables)
            expect(ended).toMatchObject({ code: 0 })
            const expected = Object.fromEntries(asked.map((name) => [name, ANSWERS[name] as string | RegExp]))
            expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(matching({ ...expected, ...PLAIN }))
          },
          DEADLINE_MS + 5000,
        )
      }
    }
  })
}

import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { nodes, Site } from './site.ts'

const PROBE = `
  import { pathToFileURL } from 'node:url'
  import { isMainThread, Worker } from 'node:worker_threads'
  import { loaderFor, threadExecArgv } from 'LOADER'

  const { CALL: task, IN_THREAD: inThread } = process.env
  if (isMainThread && inThread !== undefined) new Worker(inThread)
  else console.log(JSON.stringify({ ...loaderFor(pathToFileURL(task).href), execArgv: threadExecArgv() }))
`

const FILES = {
  'package.json': '{ "type": "module" }',
  'probe.mjs': PROBE.replace('LOADER', './node_modules/millrace/dist/src/loading/loader.js'),
  'script.mjs': "import { y } from './indirect.js'",
  'indirect.js': "export { y } from './y.js'",
  'y.ts': 'export const y: number = 1',
  'alone.mjs': "import { join } from 'node:path'\nimport 'millrace'\n",
  'plain/package.json': '{}',
  'y.mts': 'export const y: number = 1',
  'hook.cjs': "require.extensions['.ts'] = (module) => module._compile('', '')",
  'plain/y.ts': 'export const later = async () => {\n  await 1\n}',
}

const site = new Site(['tsx'], FILES)
const bare = new Site([], FILES)
const HOOKS = ['cjs/api/index.mjs', 'esm/api/index.mjs']

afterAll(() => {
  site.remove()
  bare.remove()
})

interface Answer {
  readonly wantsTsx: boolean
  readonly tsx: readonly string[]
  readonly hooks?: readonly { extension: string; from: readonly string[]; isNeeded: boolean }[]
  readonly fallback?: Answer
  readonly execArgv?: readonly string[]
}

async function ask(
  node: string,
  of: Site,
  task: string,
  args: string[] = [],
  variables = {},
): Promise<Answer> {
  const words = [...args, ...(args.includes('-e') ? [] : [of.path('probe.mjs')])]
  const { stdout, stderr } = await of.run(node, '.', words, { CALL: task, ...variables })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

type Way = 'without tsx' | readonly string[]

/** The ways that threads try, in order. Files of tsx are named without its folder. */
function ways({ tsx, fallback }: Answer): readonly Way[] {
  const files = tsx.map((hook) => hook.replace(/^.*\/tsx\/dist\//, ''))
  return [files.length === 0 ? 'without tsx' : files, ...(fallback === undefined ? [] : ways(fallback))]
}

for (const { path: node, version, strips } of nodes) {
  describe(`loaderFor on Node ${version}`, () => {
    const TSX = strips ? ['without tsx', HOOKS] : [HOOKS]

    it('has tsx for TypeScript, and for JavaScript that imports TypeScript, if Node cannot load it', async () => {
      expect(ways(await ask(node, site, site.path('y.ts')))).toEqual(TSX)
      expect(ways(await ask(node, site, site.path('script.mjs')))).toEqual(TSX)
    })

    it('has tsx for a .js file if only the .ts file exists', async () => {
      expect(ways(await ask(node, site, site.path('y.js')))).toEqual(TSX)
    })

    it('wants no tsx for JavaScript alone', async () => {
      expect(await ask(node, site, site.path('alone.mjs'))).toEqual({
        wantsTsx: false,
        tsx: [],
        isCommonJs: false,
      })
    })

    it('has tsx at once for any module if the main program runs under tsx', async () => {
      expect(ways(await ask(node, site, site.path('alone.mjs'), ['--import', 'tsx']))).toEqual([HOOKS])
      const environment = { NODE_OPTIONS: '--import tsx' }
      expect(ways(await ask(node, site, site.path('alone.mjs'), [], environment))).toEqual([HOOKS])
    })

    it('finds the tsx of the main program for a task that has none', async () => {
      expect(ways(await ask(node, site, bare.path('y.ts')))).toEqual(TSX)
      const named = pathToFileURL(site.path('node_modules/tsx/dist/loader.mjs')).href
      expect(ways(await ask(node, bare, bare.path('y.ts'), [`--import=${named}`]))).toEqual([HOOKS])
    })

    it('finds the tsx of the main program from within a thread', async () => {
      const thread = { IN_THREAD: bare.path('probe.mjs') }
      expect(ways(await ask(node, bare, bare.path('y.ts'), [], thread))).toEqual(['without tsx'])
      expect(ways(await ask(node, site, bare.path('y.ts'), [], thread))).toEqual(TSX)
    })

    it('finds the tsx of a task for a main program that has none', async () => {
      expect(ways(await ask(node, bare, site.path('y.ts')))).toEqual(TSX)
    })

    it('finds the tsx of the working directory for a program that is no file', async () => {
      const program = ['--input-type=module', '-e', "import './probe.mjs'"]
      expect(ways(await ask(node, site, bare.path('y.ts'), program))).toEqual(TSX)
    })

    it('says that tsx is wanted but cannot be found', async () => {
      expect(await ask(node, bare, bare.path('y.ts'))).toEqual({ wantsTsx: true, tsx: [], isCommonJs: false })
    })

    it.runIf(strips)('has tsx first under a test runner (only where Node strips types)', async () => {
      const test = { VITEST: 'true' }
      expect(ways(await ask(node, site, site.path('y.ts'), [], test))).toEqual([HOOKS, 'without tsx'])
    })

    it('has the require hooks of the program, and the modules that register them', async () => {
      const { wantsTsx, hooks } = await ask(node, site, site.path('plain/y.ts'), [
        '-r',
        site.path('hook.cjs'),
      ])
      expect(wantsTsx).toBe(false)
      expect(hooks).toEqual([
        {
          extension: '.ts',
          file: site.path('hook.cjs'),
          registrars: [site.path('hook.cjs')],
          isNeeded: true,
        },
      ])
      const module = await ask(node, site, site.path('y.mts'), ['-r', site.path('hook.cjs')])
      expect(module.hooks).toBeUndefined()
      expect(ways(module)).toEqual(TSX)
    })

    it('lets threads inherit the options of Node, except --input-type', async () => {
      const program = ['--input-type=module', '-e', "import './probe.mjs'"]
      const options = ['--import', 'tsx', '--expose-gc', '--conditions=custom', '--stack-trace-limit=20']
      expect((await ask(node, site, site.path('y.ts'), options)).execArgv).toBeUndefined()
      expect((await ask(node, site, site.path('y.ts'), [...options, ...program])).execArgv).toEqual([
        '--import',
        'tsx',
        '--conditions=custom',
      ])
    })
  })
}

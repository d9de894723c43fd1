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
  'probe.mjs': PROBE.replace('LOADER', './node_modules/millrace/dist/src/supervisor/loader.js'),
  'script.mjs': "import { y } from './indirect.js'",
  'indirect.js': "export { y } from './y.js'",
  'y.ts': 'export const y: number = 1',
  'alone.mjs': "import { join } from 'node:path'\nimport 'millrace'\n",
  'waiting.ts': 'const y: number = await Promise.resolve(1)',
  'plain/package.json': '{}',
  'plain/waiting.ts': 'const y: number = await Promise.resolve(1)',
  'plain/importing.ts': "import './waiting.ts'",
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

/** The hooks that were found, without the folder of tsx. */
function found({ wantsTsx, tsx }: Answer): readonly string[] | boolean {
  return wantsTsx && tsx.map((hook) => hook.replace(/^.*\/tsx\/dist\//, ''))
}

for (const { path: node, version, strips } of nodes) {
  describe(`loaderFor on Node ${version}`, () => {
    it('wants tsx for TypeScript, and for JavaScript that imports some', async () => {
      expect(found(await ask(node, site, site.path('y.ts')))).toEqual(HOOKS)
      expect(found(await ask(node, site, site.path('script.mjs')))).toEqual(HOOKS)
    })

    it('wants tsx for a .js of which there is only the .ts', async () => {
      expect(found(await ask(node, site, site.path('y.js')))).toEqual(HOOKS)
    })

    it('wants no tsx for JavaScript alone', async () => {
      expect(await ask(node, site, site.path('alone.mjs'))).toEqual({
        wantsTsx: false,
        tsx: [],
        isCommonJs: false,
      })
    })

    it('wants tsx for any module where the main program runs under it', async () => {
      expect(found(await ask(node, site, site.path('alone.mjs'), ['--import', 'tsx']))).toEqual(HOOKS)
      const environment = { NODE_OPTIONS: '--import tsx' }
      expect(found(await ask(node, site, site.path('alone.mjs'), [], environment))).toEqual(HOOKS)
    })

    it('finds the tsx of the main program for a task that has none', async () => {
      expect(found(await ask(node, site, bare.path('y.ts')))).toEqual(HOOKS)
      const named = pathToFileURL(site.path('node_modules/tsx/dist/loader.mjs')).href
      expect(found(await ask(node, bare, bare.path('y.ts'), [`--import=${named}`]))).toEqual(HOOKS)
    })

    it('finds the tsx of the main program from within a thread', async () => {
      const thread = { IN_THREAD: bare.path('probe.mjs') }
      expect(found(await ask(node, bare, bare.path('y.ts'), [], thread))).toEqual([])
      expect(found(await ask(node, site, bare.path('y.ts'), [], thread))).toEqual(HOOKS)
    })

    it('finds the tsx of a task for a main program that has none', async () => {
      expect(found(await ask(node, bare, site.path('y.ts')))).toEqual(HOOKS)
    })

    it('finds the tsx of the working directory for a program that is no file', async () => {
      const program = ['--input-type=module', '-e', "import './probe.mjs'"]
      expect(found(await ask(node, site, bare.path('y.ts'), program))).toEqual(HOOKS)
    })

    it('says that tsx is wanted and nowhere to be found', async () => {
      expect(await ask(node, bare, bare.path('y.ts'))).toEqual({ wantsTsx: true, tsx: [], isCommonJs: false })
    })

    it.runIf(strips)(
      'leaves to Node what tsx cannot load: a top-level await without "type": "module" (only where Node strips types)',
      async () => {
        expect(found(await ask(node, site, site.path('plain/waiting.ts')))).toBe(false)
        expect(found(await ask(node, site, site.path('plain/importing.ts')))).toBe(false)
        expect(found(await ask(node, site, site.path('plain/y.ts')))).toEqual(HOOKS)
        expect(found(await ask(node, site, site.path('waiting.ts')))).toEqual(HOOKS)
      },
    )

    it('has threads inherit the options of Node, but --input-type', async () => {
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

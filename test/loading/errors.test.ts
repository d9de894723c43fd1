import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodes, Site } from './site.ts'

const PROBE = `
  import { MessageChannel, Worker } from 'node:worker_threads'
  import { loaderFor } from './node_modules/millrace/dist/src/loading/loader.js'

  const boot = new URL('./node_modules/millrace/dist/workers/boot.cjs', import.meta.url)
  const host = new URL('./host.mjs', import.meta.url).href
  /** Resolves with the answer of a thread that loads the function. */
  async function load({ filename, name, loader }) {
    const { tsx, isCommonJs } = loader
    const { port1, port2 } = new MessageChannel()
    const workerData = { 'millrace.boot': { host, tsx, isCommonJs, port: port2 } }
    const worker = new Worker(boot, { workerData, transferList: [port2] })
    port1.postMessage({ filename, name, loader })
    const answer = await new Promise((resolve) => {
      port1.once('message', resolve)
      worker.once('error', ({ name, message, code, stack, cause }) =>
        resolve({ type: name, message, code, stack, cause: cause?.message, same: false }),
      )
    })
    await worker.terminate()
    return answer
  }
  const told = []
  for (const call of process.argv.slice(2)) {
    const [file, name] = call.split('#')
    const filename = new URL(file, import.meta.url).href
    const first = loaderFor(filename)
    // If there is a fallback, it is tsx.
    told.push(await load({ filename, name, loader: first.fallback ?? first }))
  }
  console.log(JSON.stringify(told))
`

const HOST = `
  import { loadFunction } from './node_modules/millrace/dist/workers/load-function.js'
  globalThis.thrown = Object.assign(new RangeError('too far'), { metres: 5 })
  export function serve(port) {
    port.once('message', async ({ filename, name, loader }) => {
      try {
        const loaded = await loadFunction(filename, { kind: 'export', name }, loader)
        port.postMessage({ value: loaded() })
      } catch (error) {
        const { message, code, stack, cause } = error
        const type = error.constructor.name
        port.postMessage({ type, message, code, stack, cause: cause?.message, same: error === thrown })
      }
    })
  }
`

const FILES = {
  'package.json': '{ "type": "module" }',
  'probe.mjs': PROBE,
  'host.mjs': HOST,
  'plain/package.json': '{}',
  'good.mjs': `
    export const limit = 5
    export const nothing = null
    export function work() { return 'worked' }
    export default class Task {}
  `,
  'many.mjs': Array.from({ length: 12 }, (_, i) => `export function f${i}() {}`).join('\n'),
  'none.mjs': 'export const limit = 5',
  'compiled.cjs': `
    Object.defineProperty(exports, '__esModule', { value: true })
    exports.default = () => 'default'
    exports.work = () => 'named'
  `,
  'hidden.cjs':
    "module.exports = Object.assign(Object.create(null), Object.fromEntries([['work', () => 'found']]))",
  'importing.mjs': "import './gone.mjs'\nexport const work = () => {}",
  'wrong.mjs': `import { join } from 'node:path'
export { join as joined } from 'node:path'
export default { join }
let wrong = = 2
`,
  'importing-wrong.mjs': "import './wrong.mjs'\nexport const work = () => import.meta.url",
  'wrong.cjs': 'exports.work = () => {}\nlet wrong = = 2\n',
  'throwing.mjs': 'throw globalThis.thrown',
  'throwing-text.mjs': "throw Object.assign(new Error('text'), { code: 'ERR_OWN' })",
  'enum.ts': 'export const one: number = 1\nexport enum Step { one }\nexport const work = () => Step.one',
  'y.ts': 'export interface Y { y: number }\nexport const y: number = 1',
  'renamed.ts': "import { y } from './y.js'\nexport const work = (): number => y",
  'type.ts': "import { Y } from './y.ts'\nexport const work = (): Y => ({ y: 1 })",
  'decorated.ts':
    'const d = (c: unknown, x: unknown) => {}\n@d\nclass A {}\nexport const work = (): string => A.name',
  'element.tsx': 'export const work = (): number => 1',
  'plain/renamed.cts': "const { y } = require('./y.cjs')\nexports.work = (): number => y",
  'plain/y.cts': 'exports.y = 1 as number',
  'wrong.ts': 'export const one: number = 1\nlet wrong: = = 2\n',
  'missing.ts': "import { y } from './nowhere.js'\nexport const work = (): number => y",
  'plain/waiting.ts': 'export const one = await Promise.resolve(1 as number)',
}

interface Told {
  readonly value?: unknown
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack: string
  readonly cause?: string
  readonly same: boolean
}

const bare = new Site([], FILES)
const withTsx = new Site(['tsx'], FILES)
const broken = new Site([], {
  ...FILES,
  'node_modules/tsx/package.json': '{ "exports": { "./cjs/api": "./api.mjs", "./esm/api": "./api.mjs" } }',
  'node_modules/tsx/api.mjs': "export function register() { throw new Error('no esbuild for this machine') }",
})

afterAll(() => {
  for (const site of [bare, withTsx, broken]) site.remove()
})

async function load(site: Site, node: string, calls: readonly string[]): Promise<Told[]> {
  const { stdout, stderr } = await site.run(node, '.', ['probe.mjs', ...calls])
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

const TSX_HINT = ' (npm i -D tsx lets threads load any TypeScript)'

for (const { path: node, version, strips } of nodes) {
  describe(`loadFunction on Node ${version}`, () => {
    const told = new Map<string, Told>()
    const of = (call: string): Told => told.get(call) as Told
    const path = (name: string) => bare.path(name)

    beforeAll(async () => {
      const calls = Object.keys(FILES)
        .filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !/^(?:probe|host)/.test(name))
        .map((name) => `${name}#work`)
      calls.push('gone.mjs#work', 'y.js#work', 'good.mjs#wrok', 'good.mjs#limit', 'good.mjs#nothing')
      calls.push('compiled.cjs#default')
      const all = await load(bare, node, calls)
      for (const [index, each] of all.entries()) told.set(calls[index] as string, each)
    })

    it('finds the exports of a CommonJS module, also a compiled default', () => {
      expect(of('compiled.cjs#default').value).toBe('default')
      expect(of('compiled.cjs#work').value).toBe('named')
      expect(of('hidden.cjs#work').value).toBe('found')
    })

    it('says that the file is not there', () => {
      expect(of('gone.mjs#work')).toMatchObject({
        code: 'ERR_MODULE_NOT_FOUND',
        message: `cannot find ${path('gone.mjs')}`,
      })
    })

    it("keeps Node's error for an import of the file that is not there", () => {
      const { message, code, cause } = of('importing.mjs#work')
      expect(code).toBe('ERR_MODULE_NOT_FOUND')
      expect(message).toContain(`'${path('gone.mjs')}' imported from ${path('importing.mjs')}`)
      expect(cause).toBeUndefined()
    })

    it('lists the functions of a module that does not export the name', () => {
      expect(of('good.mjs#wrok')).toMatchObject({
        type: 'TypeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: `${path('good.mjs')} exports no 'wrok'; its functions: default, work`,
      })
      expect(of('none.mjs#work').message).toBe(
        `${path('none.mjs')} exports no 'work'; it exports no function`,
      )
    })

    it('lists eight functions at most', () => {
      expect(of('many.mjs#work').message).toMatch(/its functions: (?:f\d+, ){8}…$/)
    })

    it('says which value an export has that is no function', () => {
      expect(of('good.mjs#limit').message).toContain("exports 'limit', which is number 5;")
      expect(of('good.mjs#nothing').message).toContain("exports 'nothing', which is null;")
    })

    it('names file and line of a syntax error, also in an imported file', () => {
      const expected = { type: 'SyntaxError', message: `${path('wrong.mjs')}:4: Unexpected token '='` }
      expect(of('wrong.mjs#work')).toMatchObject(expected)
      expect(of('importing-wrong.mjs#work')).toMatchObject({ ...expected, cause: "Unexpected token '='" })
    })

    it('keeps an error whose stack begins with file and line', () => {
      const { type, message, stack, cause } = of('wrong.cjs#work')
      expect({ type, message, cause }).toEqual({ type: 'SyntaxError', message: "Unexpected token '='" })
      expect(stack.split('\n')[0]).toBe(`${path('wrong.cjs')}:2`)
    })

    it('throws the error of the module, the same object', () => {
      expect(of('throwing.mjs#work')).toMatchObject({ same: true, type: 'RangeError' })
      expect(of('throwing-text.mjs#work')).toMatchObject({ message: 'text', code: 'ERR_OWN' })
    })

    it('says that tsx helps for TypeScript that Node alone cannot load', () => {
      for (const name of [
        'enum.ts',
        'renamed.ts',
        'type.ts',
        'decorated.ts',
        'element.tsx',
        'plain/renamed.cts',
      ]) {
        expect(of(`${name}#work`).message, name).toContain(TSX_HINT)
        expect(of(`${name}#work`).cause, name).toBeDefined()
      }
      expect(of('y.js#work').message).toBe(`cannot find ${path('y.js')}, only ${path('y.ts')}${TSX_HINT}`)
    })

    it.runIf(strips)(
      'names file and line of TypeScript that Node does not strip (only where Node strips types)',
      () => {
        expect(of('enum.ts#work')).toMatchObject({
          code: 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
          message: expect.stringContaining(`${path('enum.ts')}:2: `),
        })
      },
    )

    it.runIf(strips)('does not name tsx if tsx would not help (only where Node strips types)', () => {
      expect(of('wrong.ts#work').message).not.toContain('tsx')
      expect(of('wrong.ts#work').stack).toContain('wrong.ts:2')
      expect(of('missing.ts#work').message).not.toContain('tsx')
    })

    it('keeps the message of tsx, with file and line', async () => {
      const calls = ['wrong.ts#work', 'missing.ts#work', 'enum.ts#work', 'decorated.ts#work', 'type.ts#work']
      const [wrong, missing, ...good] = await load(withTsx, node, calls)
      expect(wrong?.message).toContain(`${withTsx.path('wrong.ts')}:2:11: ERROR: Unexpected "="`)
      expect(missing?.message).toContain('nowhere.js')
      expect(missing?.cause).toBeUndefined()
      expect(good.map(({ value }) => value)).toEqual([0, 'A', { y: 1 }])
    })

    it.runIf(!strips)(
      'says how tsx can load a top-level await (only where Node strips no types)',
      async () => {
        const [waiting] = await load(withTsx, node, ['plain/waiting.ts#work'])
        expect(waiting?.message).toContain('package.json has "type": "module"')
      },
    )

    it('says that tsx could not be registered', async () => {
      const [error] = await load(broken, node, ['enum.ts#work'])
      const hook = pathToFileURL(broken.path('node_modules/tsx/api.mjs')).href
      expect(error).toMatchObject({
        message: `this thread could not register tsx (${hook}, ${hook}): no esbuild for this machine`,
        cause: 'no esbuild for this machine',
      })
    })
  })
}

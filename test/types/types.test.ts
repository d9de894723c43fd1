import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { Site } from '../loading/site.ts'

const own = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
/** The compilers: those in MILLRACE_TSC, each as `/path/typescript/bin/tsc`, or that of the project. */
const compilers = (process.env.MILLRACE_TSC ?? own).split(delimiter).map((tsc) => ({
  tsc,
  version: JSON.parse(readFileSync(join(tsc, '../../package.json'), 'utf8')).version as string,
}))
const read = (file: string) =>
  readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll('../../src/index.ts', 'millrace')
const strict = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  types: ['node'],
}

const site = new Site(['@types/node'], {
  'package.json': '{ "type": "module" }',
  'pipelines.ts': read('pipelines.ts'),
  'records.ts': read('records.ts'),
  'tasks.ts': read('tasks.ts'),
  'threaded.ts': read('threaded.ts'),
  'work.ts': read('work.ts'),
})
afterAll(() => site.remove())

describe.each(compilers)('the published types, with TypeScript $version', ({ tsc }) => {
  it.each([
    ['strict', strict],
    ['strict, with optional properties that are exact', { ...strict, exactOptionalPropertyTypes: true }],
    ['of a bundler', { ...strict, module: 'preserve' }],
  ])('let tasks and functions that fit compile, and no others: %s', async (_, compilerOptions) => {
    const files = ['pipelines.ts', 'records.ts', 'tasks.ts', 'threaded.ts']
    site.write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
    const { code, stdout } = await site.run(process.execPath, '.', [tsc, '-p', '.'])
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })

  /** The errors of a program, from the file `wrong.ts`. */
  async function errorsOf(program: string): Promise<string[]> {
    site.write('wrong.ts', program)
    site.write('tsconfig.json', JSON.stringify({ compilerOptions: strict, files: ['wrong.ts'] }))
    const { stdout } = await site.run(process.execPath, '.', [tsc, '-p', '.', '--pretty', 'false'])
    return stdout.split(/^(?=wrong\.ts)/m)
  }

  it('say which types of a task differ', async () => {
    const errors = await errorsOf(`import { Queue, Supervisor, task } from 'millrace'
const work = task<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))
new Supervisor().consume(new Queue<number>(), work('save'))
new Supervisor().produce(new Queue<number>(), work('wordsLater'))
new Supervisor().spawn(work('count'))
`)
    expect(errors).toHaveLength(3)
    expect(errors[0]).toMatch(/^wrong\.ts\(3,.*Type 'number' is not assignable to type 'string'/s)
    expect(errors[1]).toMatch(/^wrong\.ts\(4,.*Type 'string' is not assignable to type 'number'/s)
    expect(errors[2]).toMatch(/^wrong\.ts\(5,.*Type 'undefined' is not assignable to type 'Args'/s)
  })

  it('say which types of a threaded function differ', async () => {
    const errors = await errorsOf(`import { Queue, Supervisor, threaded } from 'millrace'
const save = threaded(import.meta, (word: string) => word)
const give = threaded(import.meta, function* () { yield 'word' })
const count = threaded(import.meta, ({ n }: { n: number }) => n)
new Supervisor().consume(new Queue<number>(), save, { threads: 2 })
new Supervisor().produce(new Queue<number>(), give)
new Supervisor().spawn(count, { args: { n: '1' } })
new Supervisor().spawn(count, { threads: 2 })
new Supervisor().consume(new Queue<string>(), save, { thread: 2 })
new Supervisor().spawn(() => 1)
`)
    const says = [
      /^wrong\.ts\(5,.*Type 'number' is not assignable to type 'string'/s,
      /^wrong\.ts\(6,.*Type 'string' is not assignable to type 'number'/s,
      /^wrong\.ts\(7,.*Type 'string' is not assignable to type 'number'/s,
      /^wrong\.ts\(8,.*'args' is missing/s,
      /^wrong\.ts\(9,.*'thread' does not exist/s,
      /^wrong\.ts\(10,.*'\(\) => number' is not assignable .*ThreadedFunction/s,
    ]
    expect(errors).toEqual(says.map((pattern) => expect.stringMatching(pattern)))
  })
})

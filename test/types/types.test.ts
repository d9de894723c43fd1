import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { Site } from '../loading/site.ts'

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
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
  'tasks.ts': read('tasks.ts'),
  'work.ts': read('work.ts'),
})
afterAll(() => site.remove())

describe('the published types', () => {
  it.each([
    ['strict', strict],
    ['strict, with optional properties that are exact', { ...strict, exactOptionalPropertyTypes: true }],
    ['of a bundler', { ...strict, module: 'preserve' }],
  ])('let tasks that fit compile, and no others: %s', async (_, compilerOptions) => {
    site.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['tasks.ts'] }))
    const { code, stdout } = await site.run(process.execPath, '.', [tsc, '-p', '.'])
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })

  it('say which types differ', async () => {
    const program = `import { Queue, Supervisor, task } from 'millrace'
const work = task<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))
new Supervisor().consume(new Queue<number>(), work('save'))
new Supervisor().produce(new Queue<number>(), work('wordsLater'))
new Supervisor().spawn(work('count'))
`
    site.write('wrong.ts', program)
    site.write('tsconfig.json', JSON.stringify({ compilerOptions: strict, files: ['wrong.ts'] }))
    const { stdout } = await site.run(process.execPath, '.', [tsc, '-p', '.', '--pretty', 'false'])
    const errors = stdout.split(/^(?=wrong\.ts)/m)
    expect(errors).toHaveLength(3)
    expect(errors[0]).toMatch(/^wrong\.ts\(3,.*Type 'number' is not assignable to type 'string'/s)
    expect(errors[1]).toMatch(/^wrong\.ts\(4,.*Type 'string' is not assignable to type 'number'/s)
    expect(errors[2]).toMatch(/^wrong\.ts\(5,.*Type 'undefined' is not assignable to type 'Args'/s)
  })
})

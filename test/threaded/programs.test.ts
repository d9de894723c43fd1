import { symlinkSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { nodes, Site } from '../loading/site.ts'

/** Two stages, each in its own line, and what a program does with them before it asks threads. */
const STAGES = `import { threaded } from 'millrace'
export const one = threaded(import.meta, () => 'one')
export const two = threaded(import.meta, () => 'two')
export const some = [threaded(import.meta, () => 'three')]
`
const asking = (functions: string, before = '') => `
import { readFileSync, writeFileSync } from 'node:fs'
import { isMillraceThread, Supervisor, threaded } from 'millrace'
import * as stages from './stages.mjs'
const { one, two, some: [three] } = stages
const file = new URL('./stages.mjs', import.meta.url)
const source = readFileSync(file, 'utf8')
const own = threaded(import.meta, () => 'own')
const ask = (fn) => new Supervisor().spawn(fn).join().then(String, (error) => String(error.cause ?? error))
${before}
if (!isMillraceThread) console.log((await Promise.all([${functions}].map(ask))).join('\\n'))
`
const edited = (edit: string) => `if (!isMillraceThread) writeFileSync(file, ${edit})`

const PROGRAMS: Readonly<Record<string, string>> = {
  'moved/main.mjs': asking('one, two, three', edited("source.replace('export', '\\n\\nexport')")),
  'swapped/main.mjs': asking(
    'one, two',
    edited("source.replace('one =', 'x =').replace('two =', 'one =').replace('x =', 'two =')"),
  ),
  'kept/main.mjs': asking('one, two, three', edited("source.replaceAll(\"'one'\", \"'1'\") + '// more'")),
  'same/main.mjs': asking('one, two, three', edited('source')),
  'loops/main.mjs': asking(
    '...literal, ...texts',
    `const literal = [1, 2].map((n) => threaded({ url: import.meta.url }, () => n))
const texts = [1, 2].map((n) => threaded(import.meta.url, () => n))`,
  ),
  'again/main.mjs': asking(
    'one, again.one, two, again.two',
    "const again = isMillraceThread ? stages : await import('./stages.mjs?again')",
  ),
  'both/main.mjs': asking('one, two', "await import('./stages.mjs?again')"),
  'unguarded/main.mjs': `
    import { Supervisor, threaded } from 'millrace'
    const own = threaded(import.meta, () => 'own')
    await new Supervisor().spawn(own, { threads: 1 }).join()
  `,
  'commonjs/main.cjs': `
    const { Supervisor, isMillraceThread } = require('millrace')
    const ask = (fn) => new Supervisor().spawn(fn).join().then(String, (error) => String(error.cause ?? error))
    const first = require('./stages.cjs')
    delete require.cache[require.resolve('./stages.cjs')]
    const second = require('./stages.cjs')
    Promise.all([first.one, second.one, second.two].map(ask)).then((all) => console.log(all.join('\\n')))
  `,
  'commonjs/stages.cjs': `
    const millrace = require('millrace')
    exports.one = millrace.threaded(__filename, () => 'one')
    const make = (text) => millrace.threaded({ url: 'file://' + __filename }, () => text)
    exports.two = make('two')
    try {
      make('three')
    } catch {
      exports.one = millrace.threaded(__filename, () => 'one, and three was refused')
    }
  `,
  'names/main.mjs': `
    import { isMillraceThread, Supervisor, threaded } from 'millrace'
    const first = threaded(import.meta, () => 1)
    const all = { second: threaded(import.meta, () => 1), third: [threaded(import.meta, function inner() {})] }
    const late = threaded(import.meta, () => { throw new Error('late') })
    if (!isMillraceThread) {
      const supervisor = new Supervisor()
      for (const fn of [first, all.second, all.third[0], threaded(import.meta, () => 1, { name: 'given' })])
        console.log(supervisor.spawn(fn, { threads: 1 }).name)
      await supervisor.destroy()
      const error = await new Supervisor().spawn(late).join().catch((error) => error)
      console.log(error.message, error.exportName)
    }
  `,
}

const site = new Site([], PROGRAMS)
/** Programs edit their stages. */
beforeEach(() => {
  for (const path of Object.keys(PROGRAMS)) site.write(path.replace(/[^/]*$/, 'stages.mjs'), STAGES)
})
symlinkSync(site.path('same'), site.path('linked'), 'junction')
afterAll(() => site.remove())

const notFound = (at: string) =>
  expect.stringMatching(
    `^TypeError: the threaded function /.*/stages.mjs:${at} is not found.*{ name: 'parse' }`,
  )
const changed = (at: string) =>
  expect.stringMatching(`^TypeError: .*/stages.mjs:${at} is in a file that has changed.*{ name: 'parse' }`)
const several = expect.stringMatching('^TypeError: .* is the place of several functions; .*{ name: ')

describe.each(nodes)('a threaded function, on Node $version', ({ path }) => {
  const linesOf = async (folder: string, file = 'main.mjs', options: readonly string[] = []) => {
    const { code, stdout, stderr } = await site.run(path, folder, [...options, file])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout.trimEnd().split('\n')
  }

  it('is refused if its file has changed and it has another place; never another one is taken', async () => {
    expect(await linesOf('moved')).toEqual([notFound('2:20'), notFound('3:20'), notFound('4:22')])
  })

  it('is refused if another one is at its place since', async () => {
    expect(await linesOf('swapped')).toEqual([changed('2:20'), changed('3:20')])
  })

  it('is found in a changed file if a statement at its place declares the same name', async () => {
    expect(await linesOf('kept')).toEqual(['1', 'two', changed('4:22')])
  })

  it('is found if its file was written again as it was', async () => {
    expect(await linesOf('same')).toEqual(['one', 'two', 'three'])
  })

  it('is refused if several are at its place and the module does not tell its evaluations', async () => {
    expect(await linesOf('loops')).toEqual([several, several, several, several])
  })

  it('is found whichever evaluation of the module has made it', async () => {
    expect(await linesOf('again')).toEqual(['one', 'one', 'two', 'two'])
    expect(await linesOf('both')).toEqual(['one', 'two'])
  })

  it('is found after the cache of `require` has lost its module; loops are noticed there', async () => {
    expect(await linesOf('commonjs', 'main.cjs')).toEqual([
      'one, and three was refused',
      'one, and three was refused',
      'two',
    ])
  })

  it('is found by symbolic links, resolved or not', async () => {
    expect(await linesOf('linked')).toEqual(['one', 'two', 'three'])
    const kept = ['--preserve-symlinks', '--preserve-symlinks-main']
    expect(await linesOf('.', 'linked/main.mjs', kept)).toEqual(['one', 'two', 'three'])
  })

  it('is refused where its program would start itself without end', async () => {
    const { code, stdout, stderr } = await site.run(path, 'unguarded', ['main.mjs'])
    expect(code).not.toBe('killed')
    expect(stdout + stderr).toMatch(/main\.mjs:4:\d+ starts threads again|isMillraceThread/)
  })

  it('gives its name to its group, and its place to errors', async () => {
    expect(await linesOf('names')).toEqual([
      'first',
      'second',
      'inner',
      'given',
      expect.stringMatching(/^thread 0 of group 'late' \(file:.*\/main\.mjs:5:18\) threw: late 5:18$/),
    ])
  })
})

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clock } from '../../src/clock.ts'
import { moduleGraphOf } from '../../src/loading/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graph-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = (name: string) => join(folder, name)
const write = (name: string, source: string) => writeFileSync(path(name), source)
const graph = () => [...moduleGraphOf(path('a.js'))].map((module) => module.path.slice(folder.length + 1))

describe('moduleGraphOf', () => {
  it('finds the files that a file imports, directly or through others', () => {
    write('a.js', "import './b.js'\nimport 'node:fs'\nimport 'absent'\n")
    write('b.ts', "import './c.js'\n")
    write('c.js', "import './a.js'\n")
    expect(graph()).toEqual(['a.js', 'b.ts', 'c.js'])
  })

  it('reads a file again in a later turn, when its size or its time has changed', async () => {
    write('a.js', "import './b.js'\n")
    write('b.js', '')
    write('c.js', '')
    expect(graph()).toEqual(['a.js', 'b.js'])
    write('a.js', "import './b.js'\nimport './c.js'\n")
    await undefined
    expect(graph()).toEqual(['a.js', 'b.js', 'c.js'])
    write('a.js', "import './c.js'\nimport './c.js'\n")
    utimesSync(path('a.js'), 1, 1)
    await undefined
    expect(graph()).toEqual(['a.js', 'c.js'])
  })

  it('finds the TypeScript of a file that is no longer there, and a file that was not there before', async () => {
    write('a.js', "import './b.js'\nimport './c.js'\n")
    write('b.js', '')
    expect(graph()).toEqual(['a.js', 'b.js'])
    rmSync(path('b.js'))
    write('b.ts', '')
    write('c.js', '')
    await undefined
    expect(graph()).toEqual(['a.js', 'b.ts', 'c.js'])
  })

  it('searches a package that was not there again after a second', async () => {
    const { now } = clock
    clock.now = () => 5000
    try {
      write('a.js', "import 'dep'\n")
      expect(graph()).toEqual(['a.js'])
      for (const name of ['dep', 'node_modules']) mkdirSync(path(name))
      write('dep/index.js', '')
      symlinkSync(path('dep'), path('node_modules/dep'), 'junction')
      await undefined
      expect(graph()).toEqual(['a.js'])
      clock.now = () => 6000
      await undefined
      expect(graph()).toEqual(['a.js', join('dep', 'index.js')])
    } finally {
      clock.now = now
    }
  })
})

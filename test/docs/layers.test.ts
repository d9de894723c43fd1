import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The rooms that each room at the top of src may import, besides itself and the leaves. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  wait: ['core'],
  codec: [],
  queue: ['wait', 'core', 'codec'],
  limits: ['queue', 'wait', 'core'],
  loading: [],
  protocol: ['limits', 'queue', 'core', 'loading'],
  threaded: ['protocol', 'limits', 'loading'],
  supervisor: ['threaded', 'protocol', 'loading', 'limits', 'queue', 'wait'],
  pipelines: ['supervisor', 'threaded', 'protocol', 'limits', 'queue', 'wait', 'codec'],
  'command-line': ['pipelines'],
  workers: ['threaded', 'protocol', 'loading', 'limits', 'queue', 'wait', 'codec', 'core'],
}
/** Files at the top of src that every room may import. */
const LEAVES = [
  'check.ts',
  'clock.ts',
  'error-transport.ts',
  'errors.ts',
  'event-loop-yield.ts',
  'latest.ts',
  'node-crypto.ts',
  'thread-files.ts',
  'thread-link.ts',
  'timers.ts',
  'unsendable.ts',
]
const MOST_FILES = 14
const EMPTY_NAMES = ['utils', 'common', 'helpers', 'types']

interface Import {
  readonly file: string
  readonly target: string
}

/** Paths from the project's folder, as `src/core/index.ts`. */
function sources(): string[] {
  return ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  )
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Every import of `text`, those of types included. */
function importsOf(file: string, text: string): Import[] {
  const patterns = [/^(?:import|export)\b[^'"]*?from '(\.[^']+)'/gms, /\bimport\('(\.[^']+)'\)/g]
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, path]) => ({
      file,
      target: relative(ROOT, resolve(ROOT, dirname(file), path as string)),
    })),
  )
}

function allImports(): Import[] {
  return sources().flatMap((file) => importsOf(file, textOf(file)))
}

/** `workers`, a room at the top of src, or '' for a file at the top of src. */
function topOf(file: string): string {
  const [first, second = '', third] = file.split('/')
  return first === 'workers' ? 'workers' : third === undefined ? '' : second
}

function upward(imports: readonly Import[]): Import[] {
  return imports.filter(({ file, target }) => {
    const [from, to] = [topOf(file), topOf(target)]
    if (file === 'src/index.ts') return false
    if (to === '') return !LEAVES.includes(target.replace('src/', ''))
    return from !== to && !ALLOWED[from]?.includes(to)
  })
}

/** Imports into a room from outside it, other than of the door of the outermost room that is entered. */
function pastDoors(imports: readonly Import[]): Import[] {
  return imports.filter(({ file, target }) => {
    const folders = target.split('/').slice(0, -1)
    for (let depth = 2; depth <= folders.length; depth++) {
      const room = folders.slice(0, depth).join('/')
      if (!file.startsWith(`${room}/`)) return target !== `${room}/index.ts`
    }
    return false
  })
}

function cycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>()
  for (const { file, target } of imports) edges.set(file, [...(edges.get(file) ?? []), target])
  const found: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file].join(' > '))
      return
    }
    state.set(file, 'open')
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    state.set(file, 'done')
  }
  for (const file of edges.keys()) visit(file, [])
  return found
}

describe('the files of src and workers', () => {
  const imports = allImports()

  it('import down the layers only', () => {
    expect(imports.length).toBeGreaterThan(300)
    expect(upward(imports)).toEqual([])
  })

  it('import other rooms by their doors only', () => {
    expect(pastDoors(imports)).toEqual([])
  })

  it('form no cycle of imports, of types neither', () => {
    expect(cycles(imports)).toEqual([])
  })

  it('are few in each room, and no room has a name that says nothing', () => {
    const rooms = new Map<string, string[]>()
    for (const file of sources()) rooms.set(dirname(file), [...(rooms.get(dirname(file)) ?? []), file])
    for (const [room, files] of rooms) {
      expect(files.length, `${room}: ${files.join(' ')}`).toBeLessThanOrEqual(MOST_FILES)
      for (const name of room.split('/')) expect(EMPTY_NAMES).not.toContain(name)
      if (room !== 'src' && room !== 'workers') expect(files).toContain(join(room, 'index.ts'))
    }
  })

  it('wake the takers of a queue in one place, which wakes those in a select too', () => {
    const wakers = sources().filter((file) => /\bwake(All)?\(GET\)/.test(textOf(file)))
    expect(wakers).toEqual([join('src', 'wait', 'waking.ts')])
  })
})

describe('the test of the layers', () => {
  const put = (file: string, line: string) => [...allImports(), ...importsOf(file, line)]

  it('finds a cycle that only types form', () => {
    const imports = put('src/core/geometry.ts', "import type { Shared } from './shared.ts'")
    expect(cycles(imports)).toContainEqual(
      expect.stringContaining('src/core/shared.ts > src/core/geometry.ts'),
    )
  })

  it('finds an import past a door, from outside and into a room within', () => {
    const outside = put('src/wait/line.ts', "import { ring } from '../core/geometry.ts'")
    expect(pastDoors(outside)).toEqual([{ file: 'src/wait/line.ts', target: 'src/core/geometry.ts' }])
    const within = put('src/core/shared.ts', "import type { put } from './operations/ring.ts'")
    expect(pastDoors(within)).toEqual([{ file: 'src/core/shared.ts', target: 'src/core/operations/ring.ts' }])
  })

  it('finds an import up the layers', () => {
    const imports = put('src/wait/line.ts', "import type { Queue } from '../queue/index.ts'")
    expect(upward(imports)).toEqual([{ file: 'src/wait/line.ts', target: 'src/queue/index.ts' }])
  })
})

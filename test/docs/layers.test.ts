import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** What each folder of src may import, besides itself and the leaves. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  wait: ['core'],
  codec: [],
  queue: ['wait', 'core', 'codec'],
  supervisor: ['queue', 'wait'],
}
const LEAVES = ['errors.ts', 'check.ts', 'clock.ts', 'timers.ts', 'error-transport.ts', 'unsendable.ts']

interface Import {
  readonly file: string
  readonly target: string
  readonly isType: boolean
}

function imports(): Import[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8')
    const lines = text.matchAll(/^(?:import|export)( type)?\s[^'"]*?from '(\.[^']+)'/gms)
    return [...lines].map(([, isType, path]) => ({
      file,
      target: relative(src, resolve(src, dirname(file), path as string)),
      isType: isType !== undefined,
    }))
  })
}

describe('the files of src', () => {
  it('import down the layers only', () => {
    const found = imports()
    expect(found.length).toBeGreaterThan(100)
    const upward = found.filter(({ file, target }) => {
      const [from, to] = [file.split('/')[0] as string, target.split('/')[0] as string]
      if (!file.includes('/')) return LEAVES.includes(file) && !LEAVES.includes(target)
      return from !== to && !LEAVES.includes(target) && !ALLOWED[from]?.includes(to)
    })
    expect(upward).toEqual([])
  })

  it('wake the takers of a queue in one place, which wakes those in a select too', () => {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    const wakers = files.filter((file) => /\bwake(All)?\(GET\)/.test(readFileSync(join(src, file), 'utf8')))
    expect(wakers).toEqual([join('wait', 'waking.ts')])
  })

  it('form no cycle of imports at run time', () => {
    const edges = new Map<string, string[]>()
    for (const { file, target, isType } of imports()) {
      if (!isType) edges.set(file, [...(edges.get(file) ?? []), target])
    }
    const cycles: string[] = []
    const state = new Map<string, 'open' | 'done'>()
    const visit = (file: string, path: string[]) => {
      if (state.get(file) === 'done') return
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' > '))
        return
      }
      state.set(file, 'open')
      for (const next of edges.get(file) ?? []) visit(next, [...path, file])
      state.set(file, 'done')
    }
    for (const file of edges.keys()) visit(file, [])
    expect(cycles).toEqual([])
  })
})

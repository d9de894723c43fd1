import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { millrace } from './run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** For each module of examples/stages: arguments, input, output. */
const CASES: readonly (readonly [file: string, args: string[], input: string, output: string])[] = [
  ['upper.mjs', [], 'a\nb\n', 'A\nB\n'],
  ['square.ts', ['--on-error', 'skip'], '2\nx\n3\n', '4\n9\n'],
  ['numbers.mjs#isPrime', ['--filter'], '1\n2\n3\n4\n5\nx\n', '2\n3\n5\n'],
  ['words.mjs#count', [], 'the rain, the plain\n', '{"the":2,"rain":1,"plain":1}\n'],
  ['words.mjs#split', ['--flat'], 'Ein schöner Tag\n\n!\n', 'Ein\nschöner\nTag\n'],
  [
    'orders.mjs#total',
    ['--ndjson'],
    '{"id":1,"items":[{"price":0.1,"count":3}]}\n',
    '{"id":1,"total":0.3}\n',
  ],
]

describe('the modules of examples/stages', () => {
  it.each(CASES)('do what they say: %s', async (file, args, input, output) => {
    const { code, stdout } = await millrace(
      ['map', `examples/stages/${file}`, '--threads', '2', ...args],
      input,
    )
    expect([code, stdout]).toEqual([0, output])
  })

  it('are all run', () => {
    const run = new Set(CASES.map(([file]) => file.replace(/#.*/, '')))
    expect([...run].sort()).toEqual(readdirSync(`${root}examples/stages`).sort())
  })
})

describe('the program', () => {
  it('runs from its sources, too', () => {
    const args = ['--import', 'tsx', 'src/command-line/index.ts', 'map', 'examples/stages/square.ts']
    const options = { cwd: root, input: '3\n4\n', encoding: 'utf8', timeout: 30_000 } as const
    expect(execFileSync(process.execPath, args, options)).toBe('9\n16\n')
  })
})

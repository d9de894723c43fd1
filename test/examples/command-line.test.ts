import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, run } from './run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-command-line-'))
afterAll(() => rmSync(folder, { recursive: true }))

function inShell(command: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], { cwd: root, timeout: 50_000 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

describe.each([
  ['bakery', []],
  ['work-queue', []],
  ['priority', []],
  ['checksum', ['docs']],
  ['pipeline-by-hand', []],
  ['word-count', ['--words', '20000']],
  ['log-stats', [join(folder, 'log.ndjson'), '--lines', '2000']],
  ['thumbnails', ['--pictures', '2']],
  ['stream', []],
])('%s', (name, args) => {
  // These two parse their options as bakery does, so bakery stands for the other forms of an option.
  const hasOwnForms = name !== 'work-queue' && name !== 'priority'
  const command = `'${process.execPath}' --import tsx examples/${name}.ts ${args.join(' ')}`

  it('prints a line before millrace is loaded', async () => {
    const imports = [new URL('./fixtures/without-millrace.mjs', import.meta.url).href]
    const { code, stdout, stderr } = await run(`${name}.ts`, args, { imports })
    expect(stdout).toMatch(/^.{10,}\n$/)
    expect(stderr).toContain('no millrace today')
    expect(code).toBe(1)
  })

  it.each(hasOwnForms ? ['--help', '-h'] : ['--help'])('describes itself with %s', async (option) => {
    const { code, stdout, stderr } = await run(`${name}.ts`, [option])
    expect(stdout).toMatch(new RegExp(`^Usage: ${name}`))
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it.each(hasOwnForms ? ['--fast', '--fast=yes', '-x'] : ['--fast'])(
    'refuses %s with exit code 2',
    async (option) => {
      const { code, stdout, stderr } = await run(`${name}.ts`, [...args, option])
      expect(stderr).toMatch(new RegExp(`^${name}: .*${option.split('=')[0]}`))
      expect(stderr).not.toMatch(/\n {4}at /)
      expect(stdout).toBe('')
      expect(code).toBe(2)
    },
  )

  it.runIf(existsSync('/dev/full'))(
    'says that its output could not be written, with exit code 1',
    async () => {
      const { code, stderr } = await inShell(`${command} >/dev/full`)
      expect(stderr).toMatch(new RegExp(`^${name}: standard output: ENOSPC.*\\n$`))
      expect(code).toBe(1)
    },
  )

  it('ends without an error when the reader of its output leaves', async () => {
    const { code, stdout, stderr } = await inShell(`{ ${command}; echo "code $?" >&2; } | head -1`)
    expect(stdout).toMatch(/^.+\n$/)
    expect(stderr).toBe('code 0\n')
    expect(code).toBe(0)
  })
})

describe.each(['bakery', 'work-queue', 'priority'])('the threads of %s', (name) => {
  let outcome: Outcome
  beforeAll(async () => {
    outcome = await run(`${name}.ts`)
  })

  it('print lines in the order of time', () => {
    const times = [...outcome.stdout.matchAll(/^ *(\d+\.\d\d) s \[/gm)].map((match) => Number(match[1]))
    expect(times.length).toBeGreaterThan(20)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('take nothing before a line says that it was made', () => {
    const lines = outcome.stdout.split('\n')
    const made = /(?:baked|made) (?:loaf )?([\dP.-]+)/
    const names = lines.flatMap((line) => made.exec(line)?.[1] ?? [])
    expect(names.length).toBeGreaterThan(9)
    for (const each of names) {
      const mentions = lines.filter((line) => / s \[/.test(line) && line.split(/[ ,]/).includes(each))
      expect(mentions[0]).toMatch(made)
    }
  })
})

describe('bakery', () => {
  it.each([['loaves'], ['--', 'loaves']])('refuses the argument of %j with exit code 2', async (...args) => {
    const { code, stderr } = await run('bakery.ts', args)
    expect(stderr).toMatch(/^bakery: .*'loaves'/)
    expect(code).toBe(2)
  })
})

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { interruptAt, run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-log-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

type Entry = { service: string; status: number; bytes: number; ms: number }

/** Requests, errors, MB, mean and longest time of each service, counted in another way. */
function expectedRows(file: string): string[][] {
  const entries: Entry[] = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const services = [...new Set(entries.map(({ service }) => service))].sort()
  return services.map((name) => {
    const own = entries.filter(({ service }) => service === name)
    const sum = (field: 'bytes' | 'ms') => own.reduce((total, entry) => total + entry[field], 0)
    const errors = own.filter(({ status }) => status >= 500).length
    const longest = Math.max(...own.map(({ ms }) => ms))
    const mean = (sum('ms') / own.length).toFixed(1)
    return [name, own.length, errors, (sum('bytes') / 1e6).toFixed(1), mean, longest].map(String)
  })
}

const rowsOf = (stdout: string) =>
  stdout.split('\n').flatMap((line) => (/^\w+( +[\d.]+){5}$/.test(line) ? [line.split(/ +/)] : []))

describe('log-stats', () => {
  it('makes a log, and counts all of it', async () => {
    const file = path('made.ndjson')
    const { code, stdout, stderr } = await run('log-stats.ts', [file, '--lines', '20000', '--threads', '2'])
    expect(stderr).toBe('')
    expect(stdout).toContain(', made first, of 20000 lines; threads: 2\n')
    expect(rowsOf(stdout)).toEqual(expectedRows(file))
    expect(stdout).toMatch(/\n20000 lines on 2 threads in \d+\.\d\d s\n$/)
    expect(readdirSync(folder)).toEqual(['made.ndjson'])
    expect(code).toBe(0)
  })

  it('leaves a log as it is, and compares with a plain loop', async () => {
    const file = path('given.ndjson')
    const entries: Entry[] = Array.from({ length: 9 }, (_, ms) => ({
      service: 'a',
      status: 500,
      bytes: 1,
      ms,
    }))
    // The last line has no end.
    writeFileSync(file, entries.map((entry) => JSON.stringify(entry)).join('\n'))
    const { size } = statSync(file)
    const { code, stdout } = await run('log-stats.ts', [file, '--compare'])
    expect(statSync(file).size).toBe(size)
    expect(rowsOf(stdout)).toEqual(expectedRows(file))
    expect(stdout).toMatch(/\nthe same in one plain loop in .* s\nspeed-up: \d+\.\d\d on \d+ cores\n$/)
    expect(code).toBe(0)
  })

  it('counts an empty file', async () => {
    writeFileSync(path('empty'), '')
    const { code, stdout } = await run('log-stats.ts', [path('empty')])
    expect(stdout).toMatch(/\n0 lines on /)
    expect(code).toBe(0)
  })

  it('names a line that is no JSON, with exit code 1', async () => {
    writeFileSync(path('broken'), '{"service":"a","status":200,"bytes":1,"ms":1}\nnot this\n')
    const { code, stdout, stderr } = await run('log-stats.ts', [path('broken')])
    expect(stderr).toMatch(/^log-stats: .*no JSON: not this/)
    expect(stdout).not.toContain('requests')
    expect(code).toBe(1)
  })

  it('reports what was read before Ctrl-C, and exits with 130', async () => {
    const file = path('long.ndjson')
    const lines = 300_000
    writeFileSync(
      file,
      `${JSON.stringify({ service: 'a', status: 200, bytes: 1, ms: 1 }).padEnd(100)}\n`.repeat(lines),
    )
    const { code, stdout, stderr } = await run('log-stats.ts', [file, '--threads', '1'], {
      imports: [new URL('./fixtures/interrupted-block.mjs', import.meta.url).href],
    })
    expect(stderr).toBe('')
    const [, counted] = /\n(\d+) lines on 1 threads/.exec(stdout) ?? []
    expect(Number(counted)).toBeGreaterThan(0)
    expect(Number(counted)).toBeLessThan(lines)
    expect(code).toBe(130)
  })

  it('leaves no file when it is interrupted while it makes one', async () => {
    const { code } = await run('log-stats.ts', [path('never.ndjson'), '--lines', '50000000'], {
      onStart: interruptAt('counting'),
    })
    expect(code).toBe(130)
    expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([])
  })

  it.each([
    [['--lines', '0'], "--lines: an integer from 1 to 50000000 expected, got '0'"],
    [['--threads', '65'], "--threads: an integer from 1 to 64 expected, got '65'"],
    [['--threads'], '--threads'],
    [['a', 'b'], 'FILE: at most 1 expected, got 2'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run('log-stats.ts', args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

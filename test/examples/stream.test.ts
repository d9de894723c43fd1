import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-stream-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

describe('stream', () => {
  it('compresses a file in blocks whose order is kept', async () => {
    const bytes = Buffer.concat([randomBytes(3_000_000), Buffer.alloc(3_000_000)])
    writeFileSync(path('input'), bytes)
    const { code, stdout, stderr } = await run('stream.ts', [path('input'), path('output')])
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\n6000000 bytes to \d+ in .* s\nchecked: gunzip gives back the whole file\n$/)
    expect(gunzipSync(readFileSync(path('output'))).equals(bytes)).toBe(true)
    expect(code).toBe(0)
  })

  it('makes an empty file of an empty file', async () => {
    writeFileSync(path('empty'), '')
    const { code } = await run('stream.ts', [path('empty'), path('output')])
    expect(statSync(path('output')).size).toBe(0)
    expect(code).toBe(0)
  })

  it('removes its output when it is interrupted, and exits with 130', async () => {
    writeFileSync(path('long'), '')
    truncateSync(path('long'), 2 ** 36)
    const { code, stdout, stderr } = await run('stream.ts', [path('long'), path('part')], {
      onStart: async (child) => {
        const written = () => statSync(path('part'), { throwIfNoEntry: false })?.size ?? 0
        while (written() === 0 && child.exitCode === null) await setTimeout(20)
        child.kill('SIGINT')
      },
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\ninterrupted\n$/)
    expect(existsSync(path('part'))).toBe(false)
    expect(code).toBe(130)
  })

  it.runIf(existsSync('/dev/full'))('says why nothing could be written, with exit code 1', async () => {
    const { code, stderr } = await run('stream.ts', [path('input'), '/dev/full'])
    expect(stderr).toMatch(/^stream: ENOSPC/)
    expect(code).toBe(1)
  })

  it.each([
    [['nowhere'], 'ENOENT'],
    [['.'], 'a regular file expected'],
    [['package.json', 'a', 'b'], 'INPUT and OUTPUT: at most 2 expected, got 3'],
    [['package.json', 'package.json'], 'the same file'],
    [['--threads', '0'], "--threads: an integer from 1 to 64 expected, got '0'"],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run('stream.ts', args)
    expect(stderr).toMatch(/^stream: /)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

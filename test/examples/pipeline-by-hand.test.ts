import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-pipeline-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

const EXAMPLE = 'pipeline-by-hand.ts'

describe('pipeline-by-hand', () => {
  it('compresses a file in blocks whose order is kept', async () => {
    const bytes = Buffer.concat([randomBytes(300_000), Buffer.alloc(300_000)])
    writeFileSync(path('input'), bytes)
    const { code, stdout, stderr } = await run(EXAMPLE, [path('input'), path('output')])
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\nread x 1 → compress x \d+ → write x 1\n/)
    expect(stdout).toMatch(/checked: gunzip gives back the whole file\n$/)
    expect(gunzipSync(readFileSync(path('output'))).equals(bytes)).toBe(true)
    expect(code).toBe(0)
  })

  it('compresses an empty file', async () => {
    writeFileSync(path('empty'), '')
    const { code } = await run(EXAMPLE, [path('empty'), path('output')])
    expect(gunzipSync(readFileSync(path('output'))).length).toBe(0)
    expect(code).toBe(0)
  })

  it('compresses what was read before Ctrl-C, checks it, and exits with 130', async () => {
    writeFileSync(path('long'), '')
    truncateSync(path('long'), 2 ** 36)
    const { code, stdout, stderr } = await run(EXAMPLE, [path('long'), path('part')], {
      onStart: async (child) => {
        const written = () => statSync(path('part'), { throwIfNoEntry: false })?.size ?? 0
        while (written() === 0 && child.exitCode === null) await setTimeout(20)
        child.kill('SIGINT')
      },
    })
    expect(stderr).toBe('')
    const [, bytes] = /checked: gunzip gives back its first (\d+) bytes\n$/.exec(stdout) ?? []
    expect(Number(bytes)).toBeGreaterThan(0)
    expect(code).toBe(130)
  })

  it.runIf(existsSync('/dev/full'))('says why nothing could be written, with exit code 1', async () => {
    const { code, stderr } = await run(EXAMPLE, [path('input'), '/dev/full'])
    expect(stderr).toMatch(/^pipeline-by-hand: thread 0 of group 'write' .* threw: ENOSPC/)
    expect(code).toBe(1)
  })

  it.each([
    [['nowhere'], 'ENOENT'],
    [['.'], 'a regular file expected'],
    [['package.json', 'a', 'b'], 'no more: b'],
    [['package.json', 'package.json'], 'the same file'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run(EXAMPLE, args)
    expect(stderr).toMatch(/^pipeline-by-hand: /)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

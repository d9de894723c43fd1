import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { twoAtATime } from './programs.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Scripts that package.json does not name. */
const OTHERS = [
  'bench/scraper.ts',
  'scripts/journey-page.ts',
  'test/checkers/run.ts',
  'test/fuzz/calls.ts',
  'test/codec/record/run.ts',
  'test/fuzz/encodings.ts',
  'test/fuzz/words.ts',
  'test/kill/hot-loop/run.ts',
  'test/limits/kills/run.ts',
  'test/limits/rate.ts',
  'test/pipelines/large-source.ts',
  'test/pipelines/random/run.ts',
  'test/select-stress.ts',
  'test/stress.ts',
  'test/supervisor/kills/run.ts',
]

/** The files that the commands of package.json run. The other commands are tools with a help of their own. */
function named(): string[] {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    scripts: Record<string, string>
  }
  return Object.values(scripts).flatMap((command) => {
    const [, file] = /\b(?:tsx|node) ([\w/-]+\.(?:ts|mjs))$/.exec(command) ?? []
    return file === undefined ? [] : [file]
  })
}

function run(file: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const argv = [...(file.endsWith('.ts') ? ['--import', 'tsx'] : []), file, ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: ROOT, timeout: 50_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('a script', () => {
  const inTurn = twoAtATime()
  const files = [...named(), ...OTHERS]

  it('is named by package.json or listed here', () => {
    expect(named()).toHaveLength(15)
  })

  it.concurrent.each(files)('%s prints its usage for --help', async (file) => {
    const { code, stdout, stderr } = await inTurn(() => run(file, '--help'))
    expect(stderr).toBe('')
    expect(code).toBe(0)
    for (const part of [
      /^Usage: np[mx] .+ \[options\]$/m,
      /^Options:$/m,
      /^Example:\n {2}np[mx] /m,
      /^Exit code:$/m,
    ])
      expect(stdout).toMatch(part)
    expect(stdout.split('\n').filter((line) => line.length > 110)).toEqual([])
  })

  it.concurrent.each<[file: string, args: string[], message: string]>([
    ['bench/index.ts', ['--colour', 'red'], 'unknown option --colour; known: --rounds, '],
    ['bench/pipelines.ts', ['--only', 'grain/2us'], '--only must be one of scaling, grain/1us/small, '],
    ['test/contract/run.mjs', ['shutdown'], "unexpected argument 'shutdown'"],
    ['test/kill/run.ts', ['--kills', '0'], "--kills must be an integer from 1 to 10000; received '0'"],
    ['test/fuzz/calls.ts', ['--seed'], '--seed needs a value: an integer from 0 to 2147483647'],
    ['test/stress.ts', ['--kind=heap'], "--kind must be one of fifo, lifo, priority; received 'heap'"],
  ])('%s refuses %j', async (file, args, message) => {
    const { code, stdout, stderr } = await inTurn(() => run(file, ...args))
    expect(stderr.split('\n')[0]).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

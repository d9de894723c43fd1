import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { moduleText } from '../../scripts/build-core.ts'
import { mutated, ROOT } from './apply.ts'
import { compileMutant, isCompiled } from './compiled.ts'
import type { Mutant } from './mutants.ts'

const COPIED = [
  'src',
  'workers',
  'test',
  'scripts',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vitest.config.ts',
]
/** Time for one test. A test that hangs fails by it; the others need far less. */
const TEST_TIMEOUT = 20_000

interface Report {
  readonly numTotalTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** A copy of the project in a folder of its own, for one mutant at a time. */
export class Copy {
  readonly #folder: string

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-mutants-'))
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.#folder, name), { recursive: true })
    symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(this.#folder, 'node_modules'))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The test that shows the mutant, or that the tests did not end within `ms`. */
  async judge(mutant: Mutant, tests: readonly string[], ms: number): Promise<string | undefined> {
    const texts = mutated(mutant)
    if (isCompiled(mutant)) texts.set('core/module.ts', moduleText(await compileMutant(mutant)))
    for (const [file, text] of texts) writeFileSync(join(this.#folder, 'src', file), text)
    try {
      return await this.run(tests, ms)
    } finally {
      for (const file of texts.keys()) cpSync(join(ROOT, 'src', file), join(this.#folder, 'src', file))
    }
  }

  /** The failures of these files. */
  async run(tests: readonly string[], ms: number): Promise<string | undefined> {
    const output = join(this.#folder, 'report.json')
    rmSync(output, { force: true })
    const { code, text } = await this.#vitest(
      [...tests.map((file) => `test/${file}`), '--bail', '1', '--reporter', 'json', '--outputFile', output],
      ms,
    )
    if (code === 'late') return `did not end within ${Math.round(ms / 1000)} s`
    let report: Report
    try {
      report = JSON.parse(readFileSync(output, 'utf8')) as Report
    } catch {
      throw new Error(`the tests did not run:\n${text.slice(-2000)}`)
    }
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    if (results.length === 0) throw new Error(`no test ran:\n${text.slice(-2000)}`)
    const failed = results.find(({ status }) => status === 'failed')
    if (failed !== undefined) return failed.fullName
    return code === 0 ? undefined : `an error outside of the tests: ${text.slice(-200)}`
  }

  #vitest(args: readonly string[], ms: number): Promise<{ code: number | null | 'late'; text: string }> {
    const vitest = join(this.#folder, 'node_modules/vitest/vitest.mjs')
    const command = [vitest, 'run', '--testTimeout', String(TEST_TIMEOUT), ...args]
    return new Promise((resolve, reject) => {
      // A process group of its own, so that all processes of vitest end with it.
      const child = spawn(process.execPath, command, { cwd: this.#folder, detached: true })
      let text = ''
      let isLate = false
      const collect = (chunk: Buffer) => {
        text += chunk
      }
      child.stdout.on('data', collect)
      child.stderr.on('data', collect)
      const timer = setTimeout(() => {
        isLate = true
        process.kill(-(child.pid as number), 'SIGKILL')
      }, ms)
      child.on('error', reject)
      child.on('close', (code) => {
        clearTimeout(timer)
        resolve({ code: isLate ? 'late' : code, text })
      })
    })
  }
}

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { V8_ABORT } from '../../support/processes.ts'
import { reportsIn } from '../../support/reports.ts'
import { CELLS, type Cell, mayAbort, nameOf } from './cells.ts'
import type { Job, RoundLine } from './host.ts'
import { SITES } from './library.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-kills-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const built = new Map<string, string>()

/**
 * Compiles a script of this folder to JavaScript. Under tsx its threads would load tsx too, which takes
 * 137 ms each, and memory that some threads do not have.
 */
function compiled(script: string): string {
  const known = built.get(script)
  if (known !== undefined) return known
  const outfile = join(folder, script.replace('.ts', '.mjs'))
  const entryPoints = [fileURLToPath(new URL(script, import.meta.url))]
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
  built.set(script, outfile)
  return outfile
}

export interface Ended {
  readonly output: string
  readonly errors: string
  /** V8 ended the process because a heap was full, which no library can prevent. */
  readonly aborted: boolean
  readonly code: number | null
  /** ms from its last line of output to its exit. */
  readonly sinceLastLine: number
}

/** Runs a script of this folder in a process that must end by itself within `ms`. */
export function runProcess(script: string, arg: object, ms: number, flags: string[] = []): Promise<Ended> {
  const path = compiled(script)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, path, JSON.stringify(arg)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    let output = ''
    let errors = ''
    let lastLine = 0
    let exit = 0
    child.stdout.on('data', (text) => {
      output += text
      lastLine = performance.now()
    })
    child.stderr.on('data', (text) => {
      errors += text
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${script} did not end by itself within ${ms} ms: ${output.slice(-2000)}\n${errors}`))
    }, ms)
    child.on('error', reject)
    child.on('exit', () => {
      exit = performance.now()
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const aborted = signal === 'SIGABRT' || code === 134 || V8_ABORT.test(errors)
      const ended = { output, errors, code, aborted, sinceLastLine: exit - lastLine }
      if (signal === null || aborted) resolve(ended)
      // After SIGKILL the promise has been rejected already.
      else if (signal !== 'SIGKILL') reject(new Error(`${script} was ended by ${signal}: ${errors}`))
    })
  })
}

export interface Outcome {
  readonly lines: readonly RoundLine[]
  /** The number of processes that V8 ended for lack of memory. Their rounds were repeated in another way. */
  readonly aborts: number
}

type Rounds = Job['rounds']

/** Kills in a separate process. If V8 ends that for lack of memory, another process does the rest. */
export async function killInProcess(rounds: Rounds, seed: number, maxSleepMs: number): Promise<Outcome> {
  const lines: RoundLine[] = []
  let aborts = 0
  while (lines.length < rounds.length) {
    const left = rounds.slice(lines.length)
    const job: Job = { sites: SITES, seed: seed + aborts * 1_000_000, rounds: left }
    const { output, errors, code, aborted } = await runProcess('host.ts', job, maxSleepMs)
    lines.push(...reportsIn<RoundLine>(output))
    if (lines.some(({ failure }) => failure !== undefined)) break
    const [next] = rounds[lines.length] ?? []
    const cell = next === undefined ? undefined : (CELLS[next] as Cell)
    if (aborted && cell !== undefined) {
      if (mayAbort(cell) && ++aborts <= 20) continue
      throw new Error(`the process was aborted in ${nameOf(cell)}: ${errors}`)
    }
    if (code !== 0 || cell !== undefined) {
      throw new Error(
        `the process ended with ${code}${cell === undefined ? '' : ` in ${nameOf(cell)}`}: ${errors}`,
      )
    }
  }
  return { lines, aborts }
}

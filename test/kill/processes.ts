import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { V8_ABORT } from '../support/processes.ts'
import { reportsIn } from '../support/reports.ts'
import { ALONE_CELLS, nameOf } from './cells.ts'
import type { CellReport, Job } from './host.ts'

export interface Ended {
  readonly output: string
  readonly errors: string
  readonly code: number | null
  /** The system or V8 aborted it because memory was full. No library could survive that. */
  readonly aborted: boolean
}

/** Runs a script of this folder in a process of its own, which must end by itself within `ms`. */
export function runProcess(script: string, args: readonly string[], ms: number): Promise<Ended> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : []
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...loader, path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    child.stderr.on('data', (text) => {
      errors += text
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${script} ${args} did not end by itself within ${ms} ms: ${output}\n${errors}`))
    }, ms)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const aborted = signal === 'SIGABRT' || code === 134 || V8_ABORT.test(errors)
      if (signal === null || aborted) resolve({ output, errors, code, aborted })
      // The timer, which sends SIGKILL, has rejected already.
      else if (signal !== 'SIGKILL') reject(new Error(`${script} ${args} was ended by ${signal}: ${errors}`))
    })
  })
}

export interface CellOutcome extends CellReport {
  /** Processes that V8 aborted because memory was full. Their kills were repeated. */
  readonly aborts: number
}

/** Kills in a process of its own, and in another after V8 has aborted it because memory was full. */
export async function killInProcess(job: Job, ms: number): Promise<CellOutcome[]> {
  const outcomes: CellOutcome[] = []
  let left = job
  for (let aborts = 0; left.cells.length > 0; ) {
    const { output, errors, code, aborted } = await runProcess('host.ts', [JSON.stringify(left)], ms)
    const reports = reportsIn<CellReport>(output)
    for (const report of reports) outcomes.push({ ...report, aborts })
    const failure = reports.find((report) => report.failure !== undefined)
    if (failure !== undefined) return outcomes
    left = { ...left, seed: left.seed + 1000, cells: left.cells.slice(reports.length) }
    if (aborted && left.cells.length > 0) {
      const cell = ALONE_CELLS[left.cells[0] as number]
      if (cell?.way !== 'memory' || ++aborts > 5) {
        throw new Error(`the process was aborted in ${cell === undefined ? '' : nameOf(cell)}: ${errors}`)
      }
    } else if (code !== 0 || left.cells.length > 0) {
      throw new Error(`host.ts ended with ${code}: ${errors}`)
    }
  }
  return outcomes
}

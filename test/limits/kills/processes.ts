import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { reportsIn } from '../../support/reports.ts'
import type { CellReport, Job } from './host.ts'

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url))

/** Plays cells in a process of its own. @throws Error if it does not end by itself in time, or ends badly */
export function kill(cells: readonly number[], kills: number, seed: number): Promise<CellReport[]> {
  const job: Job = { cells, kills, seed }
  const ms = 60_000 + cells.length * (20_000 + kills * 3000)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', HOST, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
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
      reject(new Error(`it did not end by itself within ${ms} ms: ${output}\n${errors}`))
    }, ms)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      const reports = reportsIn<CellReport>(output)
      const failed = reports.find(({ failure }) => failure !== undefined)
      if (code === 0 || failed !== undefined) resolve(reports)
      else reject(new Error(`it ended with ${code}: ${errors}`))
    })
  })
}

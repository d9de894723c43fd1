import { runProcess } from '../processes.ts'
import type { Job, Report } from './host.ts'

/** Runs the job in a process of its own, which must end by itself within `ms`. */
export async function killInHotLoop(job: Job, ms: number): Promise<Report> {
  const { output, errors, code } = await runProcess('hot-loop/host.ts', [JSON.stringify(job)], ms)
  const line = output.trim()
  if (line === '') throw new Error(`host.ts ended with ${code}: ${errors}`)
  const report = JSON.parse(line) as Report
  if (report.failure === undefined && code !== 0) throw new Error(`host.ts ended with ${code}: ${errors}`)
  return report
}

import type { PipelineStats } from '../options.ts'

/** Progress in words: `1,200 of 5,000 items (24 %), 400 a second, 10 s left`. */
export function progressText(stats: PipelineStats, unit: string): string {
  const { done, total, rate, eta } = stats
  const parts = [
    total === undefined
      ? `${counted(done)} ${unit}`
      : `${counted(done)} of ${counted(total)} ${unit} (${percentOf(done, total)} %)`,
    `${counted(Math.round(rate))} a second`,
  ]
  if (eta !== undefined) parts.push(`${duration(eta)} left`)
  return withFailures(parts, stats)
}

/** The run in words, once it is over: `5,000 items in 12 s, 417 a second`. */
export function endText(stats: PipelineStats, unit: string): string {
  const { done, elapsed } = stats
  const rate = elapsed > 0 ? Math.round((done / elapsed) * 1000) : 0
  return withFailures(
    [`${counted(done)} ${unit} in ${duration(elapsed)}`, `${counted(rate)} a second`],
    stats,
  )
}

function withFailures(parts: string[], { failed, skipped }: PipelineStats): string {
  if (failed > 0) parts.push(skipped === failed ? `${counted(skipped)} skipped` : `${counted(failed)} failed`)
  return parts.join(', ')
}

function percentOf(done: number, total: number): number {
  return total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100))
}

function counted(count: number): string {
  return count.toLocaleString('en-US')
}

/** A time of `ms`, in the two units that say most: `1.2 s`, `45 s`, `3 min 20 s`, `2 h 5 min`. */
function duration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

import type { PipelineStats } from '../pipelines/index.ts'

/** A run as `--stats` shows it. */
export interface Figures {
  readonly read: number
  readonly written: number
  readonly skipped: number
  readonly stats: PipelineStats
}

/** The table of `--stats`: names at the left, figures in one column at the right. */
export function tableOf({ read, written, skipped, stats }: Figures): string {
  const seconds = stats.elapsed / 1000
  const retried = stats.stages.reduce((sum, stage) => sum + stage.retried, 0)
  const rows: [name: string, figure: string][] = [
    ['lines read', counted(read)],
    ['lines written', counted(written)],
    ['failed', counted(Math.max(stats.failed, skipped))],
    ['skipped', counted(skipped)],
    ['retried', counted(retried)],
    ['time', `${seconds.toFixed(2)} s`],
    ['lines a second', counted(Math.round(seconds > 0 ? read / seconds : 0))],
  ]
  const busy = stats.stages.flatMap((stage) => stage.busy)
  for (const [index, share] of busy.entries()) rows.push([`thread ${index} at work`, percent(share)])
  // In units of 1024 bytes on every system.
  rows.push(['peak memory', `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`])
  const names = Math.max(...rows.map(([name]) => name.length))
  const figures = Math.max(...rows.map(([, figure]) => figure.length))
  return rows.map(([name, figure]) => `${name.padEnd(names)}  ${figure.padStart(figures)}\n`).join('')
}

function counted(count: number): string {
  return count.toLocaleString('en-US')
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

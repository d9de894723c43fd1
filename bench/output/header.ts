import { execFileSync } from 'node:child_process'
import os from 'node:os'
import { ROOT } from '../paths.ts'

export interface Header {
  readonly machine: string
  readonly cores: number
  readonly system: string
  readonly memoryGiB: number
  /** Load average of the minute before the run: near 0 on an idle machine. */
  readonly load: number
  readonly node: string
  readonly v8: string
  readonly commit: string
  readonly date: string
  readonly rounds: number
}

export function headerOf(rounds: number): Header {
  return {
    machine: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    load: os.loadavg()[0] ?? 0,
    node: process.version,
    v8: process.versions.v8,
    commit: commit(),
    date: new Date().toISOString(),
    rounds,
  }
}

function commit(): string {
  try {
    const changed = git('status', '--porcelain', '--', 'src') !== ''
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' + changes in src' : '')
  } catch {
    return 'unknown'
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

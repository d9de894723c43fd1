import type { ResourceLimits } from 'node:worker_threads'
import { type Loader, threadExecArgv } from '../../loading/index.ts'

/** All that decides how a thread is started. Threads of equal settings can replace each other. */
export interface ThreadSettings {
  readonly loader: Loader
  /** Undefined: those of the process. */
  readonly execArgv: readonly string[] | undefined
  readonly resourceLimits: ResourceLimits | undefined
  /** Equal for equal settings. It holds the environment too, of which a thread gets a copy. */
  readonly key: string
}

export function threadSettings(loader: Loader, resourceLimits: ResourceLimits | undefined): ThreadSettings {
  const { wantsTsx, tsx, isCommonJs, hooks } = loader
  const execArgv = threadExecArgv()
  const key = JSON.stringify([
    // Without the fallback: that is another thread's loader. Modules without TypeScript load in any thread
    // without hooks, whether they would like tsx or not.
    tsx.length > 0 || hooks !== undefined ? [wantsTsx, tsx, isCommonJs, hooks] : [],
    execArgv ?? process.execArgv,
    sorted(process.env),
    sorted(resourceLimits ?? {}),
  ])
  return { loader, execArgv, resourceLimits, key }
}

function sorted(values: object): [string, unknown][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))
}

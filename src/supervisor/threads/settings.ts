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
  const others = JSON.stringify([
    // Without the fallback: that is another thread's loader. Modules without TypeScript load in any thread
    // without hooks, whether they would like tsx or not.
    tsx.length > 0 || hooks !== undefined ? [wantsTsx, tsx, isCommonJs, hooks] : [],
    execArgv ?? process.execArgv,
    sorted(resourceLimits ?? {}),
  ])
  return { loader, execArgv, resourceLimits, key: `${others}\n${environment()}` }
}

/** The names and values of the environment when its text was made last. */
let names: readonly string[] = []
let values: readonly (string | undefined)[] = []
let text = '[]'

/** The environment as a text. To compare it takes half as long as to sort it and make the text (measured). */
function environment(): string {
  const { env } = process
  const namesNow = Object.keys(env)
  const valuesNow = namesNow.map((name) => env[name])
  const isSame =
    namesNow.length === names.length &&
    namesNow.every((name, index) => name === names[index] && valuesNow[index] === values[index])
  if (!isSame) {
    names = namesNow
    values = valuesNow
    text = JSON.stringify(namesNow.map((name, index) => [name, valuesNow[index]] as const).sort(byName))
  }
  return text
}

function sorted(values: object): [string, unknown][] {
  return Object.entries(values).sort(byName)
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

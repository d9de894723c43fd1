import { isUsedByHand, workersAtWork } from '../src/queue/index.ts'
import { setImmediate } from '../src/timers.ts'

/** Turns of the event loop that handles get to close, which the function closed as it ended. */
const MAX_TURNS = 8

let uncaught = 0

/** Begins to note errors that the program itself handles: Node's default ends the thread. */
export function noteUncaught(): void {
  process.on('uncaughtExceptionMonitor', () => {
    uncaught++
  })
}

/**
 * Compares a thread after a function has ended with the thread after its module was loaded. A thread that a
 * function left anything in does not run another one.
 */
export class Leftovers {
  readonly #resources = activeResources()
  readonly #listeners = processListeners()
  readonly #environment = environment()
  readonly #workers = workersAtWork()
  readonly #uncaught = uncaught

  /** Says what was left, after a few turns of the event loop at most; undefined if nothing was. */
  async found(): Promise<string | undefined> {
    for (let turn = 0; turn < MAX_TURNS && this.#newResource() !== undefined; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (workersAtWork() > this.#workers) return 'a Worker that runs'
    const resource = this.#newResource()
    if (resource !== undefined) return `active ${resource}`
    const event = this.#changedEvent()
    if (event !== undefined) return `listeners of process '${event}'`
    if (environment() !== this.#environment) return 'a changed process.env'
    if (uncaught > this.#uncaught) return 'an uncaught error'
    if (isUsedByHand()) return 'a queue attached by hand'
    return undefined
  }

  #newResource(): string | undefined {
    for (const [kind, count] of activeResources()) if (count > (this.#resources.get(kind) ?? 0)) return kind
    return undefined
  }

  #changedEvent(): string | undefined {
    const now = processListeners()
    const events = new Set([...now.keys(), ...this.#listeners.keys()])
    const changed = [...events].find((event) => now.get(event) !== this.#listeners.get(event))
    return changed === undefined ? undefined : String(changed)
  }
}

/** The resources that keep the event loop alive, by kind. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

function processListeners(): Map<string | symbol, number> {
  return new Map(process.eventNames().map((event) => [event, process.listenerCount(event)]))
}

/** The environment is this thread's own copy. */
function environment(): string {
  return JSON.stringify(process.env)
}

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { within } from '../support/deadline.ts'
import type { Cell } from './cells.ts'
import type { Marks } from './marks.ts'
import type { TestedQueue } from './tested-queue.ts'

/**
 * A heap this small is full within some ms. Many small arrays fill it, so Node reports the end of the thread.
 */
const LITTLE_MEMORY = { maxOldGenerationSizeMb: 12, maxYoungGenerationSizeMb: 2 }

/** A thread that is to die, and the parent that started it, if it has one. */
export class Victim {
  /** Resolves with the time of its death. */
  readonly dead: Promise<number>
  readonly #cell: Cell
  readonly #worker: Worker

  constructor(cell: Cell, tested: TestedQueue, marks: Marks, first: number, count: number, after: number) {
    this.#cell = cell
    const { role, way, starter } = cell
    const { body, queue } = tested
    const child = { handle: queue.handle, marks: marks.shared, role, way, count, first, after, body }
    const limits = way === 'memory' ? LITTLE_MEMORY : {}
    const file = starter === 'main' ? 'victim.mjs' : 'parent.mjs'
    const workerData = starter === 'main' ? child : { child, limits, knowing: starter === 'knowing' }
    this.#worker = new Worker(new URL(`./fixtures/${file}`, import.meta.url), {
      workerData,
      execArgv: [],
      resourceLimits: starter === 'main' ? limits : {},
    })
    this.dead = within(this.#death(), `the death of a thread: ${role}, ${way}, ${starter}`)
    // It is awaited later; until then a rejection must not count as unhandled.
    this.dead.catch(() => {})
  }

  /** Terminates it, unless it ends itself. */
  kill(): void {
    const { way, starter } = this.#cell
    if (way === 'parent' || (starter === 'main' && (way === 'terminate' || way === 'endless'))) {
      void this.#worker.terminate()
    } else if (way === 'terminate' || way === 'endless') this.#worker.postMessage('kill')
  }

  /** Terminates the parent, too, if it still lives. */
  async end(): Promise<void> {
    await within(this.#worker.terminate(), 'the end of a parent')
  }

  async #death(): Promise<number> {
    const { way, starter } = this.#cell
    const errors: Error[] = []
    this.#worker.on('error', (error) => errors.push(error))
    if (starter !== 'main' && way !== 'parent') {
      await once(this.#worker, 'message')
      return performance.now()
    }
    const at = await new Promise<number>((resolve) => {
      // This listener precedes that of millrace, so that the measured time includes the recovery.
      setImmediate(() => this.#worker.prependListener('exit', () => resolve(performance.now())))
    })
    const expected = { throw: 'the victim throws', memory: 'memory limit' }[way as string]
    const [error] = errors
    if (expected === undefined ? error !== undefined : !error?.message.includes(expected)) {
      throw new Error(`a victim that was to die by ${way} died of ${error?.message}`, { cause: error })
    }
    return at
  }
}
